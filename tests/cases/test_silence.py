"""The moments at which a case that waits for records is spoken of."""

from datetime import UTC, datetime, timedelta

import pytest

from intake.cases.silence import DAYS_AFTER, LOOK_AGAIN, SILENT_AFTER, next_look, reminder_due

SIGN = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
A_SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("after", "due", "looks"),
    [
        (timedelta(), None, timedelta(days=7)),
        (timedelta(days=7) - A_SECOND, None, timedelta(days=7)),
        (timedelta(days=7), 7, timedelta(days=14)),
        (timedelta(days=14) - A_SECOND, 7, timedelta(days=14)),
        (timedelta(days=14), 14, timedelta(days=14) + LOOK_AGAIN),
        (timedelta(days=21) - A_SECOND, 14, timedelta(days=21) - A_SECOND + LOOK_AGAIN),
        (timedelta(days=21), None, timedelta(days=21) + LOOK_AGAIN),
        (timedelta(days=400), None, timedelta(days=400) + LOOK_AGAIN),
    ],
)
def test_what_is_due_and_when_to_look_again(after: timedelta, due: int | None, looks: timedelta) -> None:
    assert reminder_due(SIGN, SIGN + after) == due
    assert next_look(SIGN, SIGN + after) == SIGN + looks


def test_a_coordinator_is_told_a_week_after_the_last_reminder() -> None:
    assert timedelta(days=max(DAYS_AFTER)) + timedelta(days=7) == SILENT_AFTER
