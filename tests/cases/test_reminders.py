"""The moments at which a draft is spoken of."""

from datetime import UTC, datetime, timedelta

import pytest

from intake.cases.reminders import next_look, reminder_due

END = datetime(2026, 4, 7, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "due", "looks"),
    [
        (timedelta(days=28), None, timedelta(days=14)),
        (timedelta(days=14, seconds=1), None, timedelta(days=14)),
        (timedelta(days=14), 14, timedelta(days=3)),
        (timedelta(days=3, seconds=1), 14, timedelta(days=3)),
        (timedelta(days=3), 3, timedelta()),
        (timedelta(seconds=1), 3, timedelta()),
        (timedelta(), None, timedelta()),
    ],
)
def test_what_is_due_and_when_to_look_again(before: timedelta, due: int | None, looks: timedelta) -> None:
    assert reminder_due(END, END - before) == due
    assert next_look(END, END - before) == END - looks
