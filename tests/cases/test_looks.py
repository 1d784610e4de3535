"""Who opened a case: one line a day for each person and kind, and nothing of anybody else's business."""

from datetime import UTC, datetime, timedelta

from intake.cases.looks import Kind, looks
from intake.journal import Event, Line

MORNING = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
INES, OMAR = "coordinator:ines", "coordinator:omar"


def _line(event: Event, actor: str, hours: float, **facts: int) -> Line:
    return Line(1, MORNING + timedelta(hours=hours), event.value, actor, "case", dict(facts))


def test_many_looks_of_a_day_are_one_line_with_the_last_time() -> None:
    seen = looks([_line(Event.CASE_READ, INES, hour) for hour in (0, 1, 2)] + [_line(Event.CASE_READ, INES, 24)])
    assert [(each.kind, each.count, each.last_at) for each in seen] == [
        (Kind.ANSWERS, 1, MORNING + timedelta(hours=24)), (Kind.ANSWERS, 3, MORNING + timedelta(hours=2)),
    ]  # fmt: skip


def test_each_person_and_each_kind_has_a_line_and_records_are_counted() -> None:
    seen = looks([
        _line(Event.CASE_READ, INES, 0), _line(Event.CASE_READ, OMAR, 1), _line(Event.RECORD_READ, OMAR, 2),
        _line(Event.RECORDS_READ, OMAR, 3, count=5), _line(Event.RECORD_RELEASED, OMAR, 4),
    ])  # fmt: skip
    assert {(each.actor, each.kind, each.count) for each in seen} == {
        (INES, Kind.ANSWERS, 1), (OMAR, Kind.ANSWERS, 1), (OMAR, Kind.RECORDS, 6), (OMAR, Kind.HELD, 1),
    }  # fmt: skip
    assert all(each.by_desk for each in seen)


def test_the_requester_s_own_link_is_told_apart_and_others_pages_are_left_out() -> None:
    seen = looks([
        _line(Event.ADDRESS_CHECKED, "requester", 0), _line(Event.ADDRESS_REFUSED, "requester", 1),
        _line(Event.ADDRESS_CHECKED, "patient", 2), _line(Event.STAGE_CHANGED, INES, 3),
    ])  # fmt: skip
    assert [each.kind for each in seen] == [Kind.STRANGER, Kind.OWN]
    assert not any(each.by_desk for each in seen)
