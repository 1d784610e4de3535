"""Links for helpers: their share of the room, their end, what goes back, and what is sealed."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from intake import journal
from intake.cases import helpers, helpers_over, lifecycle, retention, ways_in
from intake.cases.case import Case
from intake.cases.helpers import HelperKind
from intake.errors import CodeWrong, HelperLinkOver, HelpersEnough, MoveNotAllowed, NotYours, QuotaFull
from intake.links import grants
from intake.links.tokens import Purpose
from tests.builders import a_case
from tests.web.helping_hands import a_helper

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def case(services, now: datetime) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


def _left(services, case: Case, now: datetime) -> tuple[int, int]:
    with services.database.read() as tx:
        own = grants.standing(tx, Purpose.UPLOAD, case.id, now)
        return own.files_left, own.bytes_left


def test_a_link_takes_its_share_from_the_case_and_gives_back_what_is_left(services, case, now) -> None:
    files, bytes_ = _left(services, case, now)
    made = a_helper(services, case, now)
    share = services.settings.helper_max_files, services.settings.helper_max_bytes
    assert (made.grant.files_left, made.grant.bytes_left) == share
    assert _left(services, case, now) == (files - share[0], bytes_ - share[1])
    with services.database.transaction() as tx:
        helpers.end_helper(tx, services, case.id, made.number, now)
    for _ in range(2):  # twice is once
        helpers_over.settle_helper(services.database, services.vault, services, case.id, made.grant.id, now)
    assert _left(services, case, now) == (files, bytes_)


def test_nobody_is_given_more_than_half_of_what_is_left(services, case, now) -> None:
    with services.database.transaction() as tx:
        own = grants.standing(tx, Purpose.UPLOAD, case.id, now)
        grants.set_aside(tx, own.id, own.files_left - 4, own.bytes_left - 1000)
    first, second = a_helper(services, case, now), a_helper(services, case, now)
    assert (first.grant.files_left, first.grant.bytes_left) == (2, 500)
    assert (second.grant.files_left, second.grant.bytes_left) == (1, 250)
    with pytest.raises(QuotaFull):
        a_helper(services, case, now)
    assert _left(services, case, now) == (1, 250)


def test_a_new_link_of_the_requester_leaves_the_helpers_their_share(services, case, now, still_clock) -> None:
    made = a_helper(services, case, still_clock.advance(days=20))
    later = still_clock.advance(days=15)  # the requester's own link is over, the helper's is not
    with services.database.transaction() as tx:
        own = ways_in.upload_grant(tx, services, case, later)
    assert own.bytes_left == services.settings.case_max_bytes - made.grant.bytes_left
    assert own.files_left == services.settings.case_max_files - made.grant.files_left


def test_there_are_only_so_many_links_at_a_time(services, case, now) -> None:
    most = services.settings.helper_links
    made = [a_helper(services, case, now) for _ in range(most)]
    with pytest.raises(HelpersEnough) as enough:
        a_helper(services, case, now)
    assert enough.value.values == {"most": most}
    with services.database.transaction() as tx:
        helpers.end_helper(tx, services, case.id, made[0].number, now)
    assert a_helper(services, case, now).number == most + 1, "a number is never given twice"


def test_a_link_lasts_as_long_as_one_of_our_own_and_ends_with_the_case(services, case, now) -> None:
    made = a_helper(services, case, now)
    assert made.grant.expires_at - now == timedelta(days=services.settings.upload_link_days)
    with services.database.transaction() as tx:
        lifecycle.withdraw_case(tx, services, case.id, now)
    with services.database.read() as tx:
        assert not grants.stands(grants.get(tx, made.grant.id), now)
    with pytest.raises(MoveNotAllowed):
        a_helper(services, case, now)


def test_a_code_finds_its_link_however_it_is_typed(services, case, now) -> None:
    made = a_helper(services, case, now)
    with services.database.read() as tx:
        for typed in (made.code, made.code.lower(), made.code.replace("-", " "), f"  {made.code}. "):
            assert helpers.grant_of_code(tx, services, typed, now).id == made.grant.id
        for wrong in ("", "x", made.code[:-1], made.code + "2", case.reference):
            with pytest.raises(CodeWrong):
                helpers.grant_of_code(tx, services, wrong, now)
        with pytest.raises(HelperLinkOver):
            helpers.grant_of_code(tx, services, made.code, made.grant.expires_at)


def test_neither_note_nor_code_can_be_read_in_the_database(services, case, now) -> None:
    made = a_helper(services, case, now, note="ward 7")
    with services.database.read() as tx:
        row = repr(tx.all(select(helpers.helpers)))
    assert "ward 7" not in row and made.code not in row
    assert "ward 7" not in repr(made) and made.code not in repr(made)


def test_the_journal_says_who_made_and_ended_which_link_and_nothing_of_the_note(services, case, now) -> None:
    made = a_helper(services, case, now)
    with services.database.transaction() as tx:
        for _ in range(2):
            helpers.end_helper(tx, services, case.id, made.number, now)
    with services.database.read() as tx:
        lines = [line for line in journal.lines(tx, case.id) if line.facts.get("purpose") == "helper"]
    assert [line.event for line in lines] == ["link.issued", "link.revoked"]
    assert lines[0].facts == {"purpose": "helper", "kind": "hospital", "helper": 1}


def test_what_the_helper_may_know_holds_no_note(services, case, now) -> None:
    made = a_helper(services, case, now, language="ar")
    with services.database.read() as tx:
        known = helpers.lent(tx, made.grant.id)
        own = grants.standing(tx, Purpose.UPLOAD, case.id, now)
        assert helpers.lent(tx, own.id) is None and helpers.lent(tx, None) is None
    assert known == helpers.Lent(case.id, 1, HelperKind.HOSPITAL, "ar")


def test_links_of_another_case_are_not_there(services, case, now) -> None:
    a_helper(services, case, now)
    with services.database.transaction() as tx:
        other = a_case(tx, services, now)
        with pytest.raises(NotYours):
            helpers.end_helper(tx, services, other.id, 1, now)


def test_with_the_case_its_links_are_forgotten(services, case, now, still_clock) -> None:
    a_helper(services, case, now)
    later = still_clock.advance(to=case.purge_at)
    assert retention.purge(services.database, services.keys, services.vault, later).cases == 1
    with services.database.read() as tx:
        assert tx.all(select(helpers.helpers)) == []
