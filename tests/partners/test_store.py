"""Partners: registered once, counted by month, and nothing kept of names that nobody registered."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from intake.errors import PartnerKnown, SlugUnfit
from intake.partners import store as partners

pytestmark = pytest.mark.usefixtures("database")


def test_a_partner_is_registered_once(services, now: datetime) -> None:
    with services.database.transaction() as tx:
        assert partners.add(tx, "lung-charity", " Lung  Charity ", now).name == "Lung Charity"
        with pytest.raises(PartnerKnown):
            partners.add(tx, "lung-charity", "Another", now)
        assert [one.slug for one in partners.all_partners(tx)] == ["lung-charity"]


@pytest.mark.parametrize(
    ("slug", "name"), [("Lung", "x"), ("-a", "x"), ("", "x"), ("a" * 61, "x"), ("a b", "x"), ("a", " ")]
)
def test_what_cannot_stand_in_a_link_is_refused(services, now, slug: str, name: str) -> None:
    with services.database.transaction() as tx, pytest.raises(SlugUnfit):
        partners.add(tx, slug, name, now)


def test_starts_are_counted_by_month_also_when_many_come_at_once(services, now: datetime) -> None:
    with services.database.transaction() as tx:
        partners.add(tx, "lung-charity", "Lung Charity", now)

    def start(_: int) -> None:
        with services.database.transaction() as tx:
            partners.count_start(tx, "lung-charity", now)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(start, range(24)))
    with services.database.transaction() as tx:
        partners.count_start(tx, "lung-charity", now + timedelta(days=31))
        partners.count_start(tx, "unknown", now)
        partners.count_start(tx, "", now)
        assert partners.starts_of(tx, "lung-charity") == {"2026-03": 24, "2026-04": 1}
        assert {row.slug for row in tx.all(select(partners.partner_starts))} == {"lung-charity"}
