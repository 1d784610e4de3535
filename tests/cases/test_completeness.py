"""How the checklist stands: a table of what is here, missing, old, said, for one item and for a whole list."""

from datetime import date, timedelta

import pytest

from intake.cases import completeness as module
from intake.cases.completeness import CAN_GET, HAVE, HAVE_NOT, Held, Standing, completeness, latest_day, may_be_too_old
from intake.forms.fields import checklist
from intake.knowledge.facts import ChecklistItem, Freshness
from intake.knowledge.reader import read_knowledge

TODAY = date(2026, 3, 10)


def an_item(item_id: str = "letter", *, fresh: int | None = None, own: bool = False) -> ChecklistItem:
    """An item of a list."""
    return ChecklistItem(item_id, "Title", "Hint", own, None, None, fresh=Freshness(fresh, None) if fresh else None)


def held(dated: str = "", *, item: str = "letter", counts: bool = True, name: str = "one") -> Held:
    """A record for an item."""
    return Held(name, (item,) if item else (), dated, counts)


TABLE = [
    # what was said, records, days that it stays fresh → how it stands
    ("", [], None, Standing.MISSING),
    (HAVE, [], None, Standing.MISSING),
    ("unknown", [], None, Standing.MISSING),
    ("nonsense", [], None, Standing.MISSING),
    (CAN_GET, [], None, Standing.CAN_GET),
    (HAVE_NOT, [], None, Standing.HAVE_NOT),
    (HAVE, [held()], None, Standing.HERE),
    (HAVE_NOT, [held()], None, Standing.HERE),
    (CAN_GET, [held(counts=False)], None, Standing.CAN_GET),
    ("", [held(item="other-item")], None, Standing.MISSING),
    ("", [held(item="something-else")], None, Standing.MISSING),
    ("", [held(item="")], None, Standing.MISSING),
    ("", [held("1999")], None, Standing.HERE),
    ("", [held("1999")], 365, Standing.TOO_OLD),
    ("", [held("2025-03-09")], 365, Standing.TOO_OLD),
    ("", [held("2025-03-10")], 365, Standing.HERE),
    ("", [held("2025-03")], 365, Standing.HERE),
    ("", [held("2025-02")], 365, Standing.TOO_OLD),
    ("", [held("2025")], 365, Standing.HERE),
    ("", [held("2024")], 365, Standing.TOO_OLD),
    ("", [held("")], 30, Standing.HERE),
    ("", [held("nonsense")], 30, Standing.HERE),
    ("", [held("1999"), held("2026-03-01", name="two")], 30, Standing.HERE),
    ("", [held("1999"), held("", name="two")], 30, Standing.HERE),
    ("", [held("1999"), held("2026-03-01", name="two", counts=False)], 30, Standing.TOO_OLD),
    ("", [held("2027-01-01")], 30, Standing.HERE),
]


@pytest.mark.parametrize(("said", "records", "fresh", "standing"), TABLE)
def test_how_one_item_stands(said: str, records: list[Held], fresh: int | None, standing: Standing) -> None:
    (line,) = completeness([an_item(fresh=fresh)], {"letter": said}, records, TODAY).lines
    assert line.standing is standing and line.said == said
    assert line.here == (standing in (Standing.HERE, Standing.TOO_OLD)) == bool(line.records)


def test_the_newest_date_is_told_as_exactly_as_it_is_known() -> None:
    records = [held("2024"), held("2025-03", name="two"), held("2025-03-31", name="three"), held("", name="four")]
    (line,) = completeness([an_item()], {}, records, TODAY).lines
    assert line.dated == "2025-03-31" and line.records == ("one", "two", "three", "four")


def test_one_record_may_stand_for_several_items() -> None:
    whole = Held("one", ("letter", "labs"), "2026-01")
    found = completeness([an_item("letter"), an_item("labs"), an_item("scans")], {}, [whole], TODAY)
    assert [line.standing for line in found.lines] == [Standing.HERE, Standing.HERE, Standing.MISSING]
    assert found.here == 2 and [line.item.id for line in found.absent] == ["scans"]


def test_what_nobody_named_is_counted_and_what_is_something_else_is_not() -> None:
    records = [held(item=""), held(item="unknown", name="two"), held(item="something-else", name="three"),
               held(item="", name="four", counts=False)]  # fmt: skip
    assert completeness([an_item()], {}, records, TODAY).undescribed == ("one",)


def test_what_others_hold_and_what_one_writes_oneself_stand_apart() -> None:
    found = completeness([an_item("letter"), an_item("timeline", own=True)], {}, [], TODAY)
    assert [line.item.id for line in found.to_get] == ["letter"]
    assert [line.item.id for line in found.to_write] == ["timeline"]
    assert found.standing(Standing.MISSING, Standing.CAN_GET) == found.lines


@pytest.mark.parametrize(
    ("dated", "day"),
    [
        ("2024", date(2024, 12, 31)), ("2024-02", date(2024, 2, 29)), ("2023-02", date(2023, 2, 28)),
        ("2024-03-05", date(2024, 3, 5)), ("", None), ("2024-13", None), ("2024-02-30", None), ("soon", None),
        ("2024-03-05-06", None), ("٢٠٢٤", None), ("0", None),
    ],
)  # fmt: skip
def test_a_partial_date_means_its_latest_day(dated: str, day: date | None) -> None:
    assert latest_day(dated) == day


def test_too_old_begins_the_day_after_the_limit() -> None:
    for days in (1, 30, 365):
        limit = TODAY - timedelta(days=days)
        assert not may_be_too_old(limit.isoformat(), days, TODAY)
        assert may_be_too_old((limit - timedelta(days=1)).isoformat(), days, TODAY)


def test_the_words_of_the_request_are_those_of_its_list() -> None:
    theirs = (checklist.HAVE, checklist.CAN_GET, checklist.HAVE_NOT)
    assert theirs == (module.HAVE, module.CAN_GET, module.HAVE_NOT)


def test_every_list_can_be_read_and_age_is_told_only_with_a_source_or_as_ours() -> None:
    knowledge = read_knowledge()
    for specialty in knowledge.specialties:
        found = completeness(knowledge.checklist(specialty.id), {}, [], TODAY)
        assert len(found.absent) == len(found.lines) >= 15
    fresh = {item.id: item.fresh for each in knowledge.specialties for item in each.items if item.fresh}
    assert fresh["child-summary"].days == 30 and fresh["child-summary"].source is not None
    assert fresh["bone-scans"].source is None, "no source names a figure"
