"""What a partner may learn: whole months, counts of ten or more, medians, and nothing of anybody."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from intake import commands
from intake.cases import partner_report, stays, store
from intake.cases.case import Stage
from intake.cases.partner_report import MonthRow
from intake.partners import store as partners
from tests.builders import a_case

FEBRUARY = datetime(2026, 2, 3, 12, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("database")


def _fill(services, count: int, *, reports: int = 0, slug: str = "lung-charity") -> None:
    """So many cases by one partner, opened in February, of which some were reported 20 days later."""
    with services.database.transaction() as tx:
        one = a_case(tx, services, FEBRUARY)
        row = dict(tx.one_or_none(store.cases.select().where(store.cases.c.id == one.id))._mapping)
        partners.add(tx, slug, "Lung Charity", FEBRUARY)
        for number in range(count):
            case_id = f"{slug}-{number}"
            own = {"id": case_id, "reference": case_id[-20:], "draft_id": case_id, "partner": slug}
            tx.execute(insert(store.cases), row | own)
            partners.count_start(tx, slug, FEBRUARY)
            if number < reports:
                stays.enter(tx, case_id, Stage.REPORTED, FEBRUARY + timedelta(days=20))


def _report(services, months: int, now: datetime) -> list[MonthRow]:
    with services.database.read() as tx:
        return partner_report.report(tx, months, now)


def test_a_month_with_enough_is_told_and_the_others_are_hidden(services, now) -> None:
    _fill(services, 12, reports=10)
    assert _report(services, 2, now) == [
        MonthRow("lung-charity", "2026-01", None, None, None, None),
        MonthRow("lung-charity", "2026-02", 12, 12, 10, 20),
    ]


def test_each_small_cell_is_hidden_for_itself(services, now) -> None:
    _fill(services, 11, reports=9)
    assert _report(services, 1, now) == [MonthRow("lung-charity", "2026-02", 11, 11, None, None)]


def test_nine_are_hidden_as_none_are(services, now) -> None:
    _fill(services, 9, reports=9)
    assert _report(services, 1, now) == [MonthRow("lung-charity", "2026-02", None, None, None, None)]


def test_a_month_that_is_not_over_is_not_told(services) -> None:
    _fill(services, 12)
    assert [row.month for row in _report(services, 1, FEBRUARY + timedelta(days=20))] == ["2026-01"]
    assert [row.month for row in _report(services, 1, datetime(2026, 3, 1, tzinfo=UTC))] == ["2026-02"]
    assert len(_report(services, 10_000, FEBRUARY)) == partner_report.MOST_MONTHS


def test_another_partner_s_cases_are_not_counted(services, now) -> None:
    _fill(services, 12)
    with services.database.transaction() as tx:
        partners.add(tx, "another", "Another", now)
    rows = {row.slug: row.cases for row in _report(services, 1, now)}
    assert rows == {"another": None, "lung-charity": 12}


def test_the_command_prints_months_and_too_few_in_words(services) -> None:
    _fill(services, 12)
    lines = commands.report_partners(services, 2)
    assert lines[0].split("\t") == ["partner", "month", "starts", "cases", "reports", "median days"]
    assert lines[2].split("\t") == ["lung-charity", "2026-02", "12", "12", "too few", "too few"]
