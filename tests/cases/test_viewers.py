"""Viewer links of hospitals: which addresses can be one, what is sealed, what counts, and how they go."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from intake import journal
from intake.cases import retention, viewers
from intake.cases.case import Case, Stage
from intake.cases.viewers import Said, is_fit
from intake.errors import MoveNotAllowed, NotYours
from tests.builders import a_case

ADDRESS = "https://viewer.hospital.example/study?token=abc"
CODE = "secret-4711"


@pytest.fixture
def case(database, services, now: datetime) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


@pytest.mark.parametrize(
    "address",
    [
        ADDRESS, "https://viewer.example.org", "https://viewer.example.org:8443/a#b", "https://bücher.example/Bild",
        "https://مستشفى.example/صورة", "https://xn--bcher-kva.example/", "HTTPS://Viewer.Example.ORG/x",
    ],
)  # fmt: skip
def test_the_address_of_a_public_place_by_https_is_fit(address: str) -> None:
    assert is_fit(address)


@pytest.mark.parametrize(
    "address",
    [
        "", "viewer.example.org", "http://viewer.example.org/", "ftp://viewer.example.org/", "javascript:alert(1)",
        "https://", "https:///path", "https://localhost/", "https://viewer/", "https://127.0.0.1/", "https://10.0.0.5/x",
        "https://[::1]/", "https://[2001:db8::1]/", "https://2130706433/", "https://0x7f.1/", "https://desk.local/",
        "https://pacs.internal/", "https://hospital.example@evil.example/", "https://a:b@viewer.example.org/",
        "https://viewer.example.org:0/", "https://viewer.example.org:99999/", "https://viewer.example.org:x/",
        "https://-a.example/", "https://a..example/", "https://viewer.example.org/a b", "https://viewer.example.org\\@e.f",
        "//viewer.example.org", "https://viewer.example.org/\u202egpj", "https://viewer.example.org/\n",
        "data:text/html,x",
        "https://viewer.example.org/" + "x" * 2000, "https://" + "a" * 64 + ".example/", "https://[viewer.example.org/",
    ],
)  # fmt: skip
def test_what_could_lead_elsewhere_is_not_fit(address: str) -> None:
    assert not is_fit(address)


def _added(services, case: Case, now: datetime, ends_at: datetime | None = None, **said: str):
    with services.database.transaction() as tx:
        return viewers.add_viewer(tx, services, case.id, Said(ADDRESS, CODE, **said), ends_at, now)


def test_a_link_is_sealed_and_nothing_of_it_is_in_the_journal(services, case, now) -> None:
    link = _added(services, case, now, item="scan-images", note="press Guest")
    with services.database.transaction() as tx:
        viewers.open_viewer(tx, services.keys, case, link.id, "coordinator:x", now)
        viewers.withdraw_viewer(tx, case.id, link.id, now)
    with services.database.read() as tx:
        kept = repr(tx.all(select(viewers.viewer_links))) + repr(journal.lines(tx, case.id)) + repr(link)
        told = [line.event for line in journal.lines(tx, case.id) if line.event.startswith("viewer.")]
    assert told == ["viewer.added", "viewer.opened", "viewer.withdrawn"]
    for secret in ("hospital.example", CODE, "Guest"):
        assert secret not in kept


def test_a_link_counts_for_its_item_until_it_ends_or_is_withdrawn(services, case, now) -> None:
    ends = now + timedelta(days=10)
    link = _added(services, case, now, ends, item="scan-images")
    _added(services, case, now)
    with services.database.transaction() as tx:
        assert viewers.items_there(tx, services.keys, case, now) == {"scan-images"}
        assert viewers.items_there(tx, services.keys, case, ends) == frozenset()
        viewers.withdraw_viewer(tx, case.id, link.id, now)
        viewers.withdraw_viewer(tx, case.id, link.id, now)
        assert viewers.items_there(tx, services.keys, case, now) == frozenset()
        with pytest.raises(NotYours):
            viewers.open_viewer(tx, services.keys, case, link.id, "coordinator:x", now)


def test_a_mark_comes_a_week_before_the_end_and_another_after_it(services, case, now) -> None:
    link = _added(services, case, now, now + timedelta(days=8))
    assert [(link.ends_soon(now + timedelta(days=d)), link.ended(now + timedelta(days=d))) for d in (0, 1, 7, 8)] == [
        (False, False), (True, False), (True, False), (False, True),
    ]  # fmt: skip
    assert link.last_day == (now + timedelta(days=8)).date()
    endless = _added(services, case, now)
    assert not endless.ends_soon(now) and not endless.ended(now) and endless.last_day is None


def test_a_case_takes_only_so_many_and_none_once_it_is_over(services, case, now) -> None:
    for _ in range(viewers.MOST_LINKS):
        _added(services, case, now)
    with pytest.raises(MoveNotAllowed):
        _added(services, case, now)
    with services.database.transaction() as tx:
        closed = a_case(tx, services, now, stage=Stage.WITHDRAWN)
    with pytest.raises(MoveNotAllowed):
        _added(services, closed, now)


def test_a_link_of_another_case_is_not_there_and_goes_with_its_own(services, case, now, still_clock) -> None:
    link = _added(services, case, now)
    with services.database.transaction() as tx:
        other = a_case(tx, services, now)
        with pytest.raises(NotYours):
            viewers.withdraw_viewer(tx, other.id, link.id, now)
        with pytest.raises(NotYours):
            viewers.viewer_of(tx, services.keys, other, link.id)
        assert viewers.viewer_of(tx, services.keys, case, link.id) == link
    retention.purge(services.database, services.keys, services.vault, still_clock.advance(to=case.purge_at))
    with services.database.read() as tx:
        assert tx.all(select(viewers.viewer_links)) == []
