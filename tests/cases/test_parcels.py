"""Parcels: only moves of the table, letters when they come and go back, everything in them sealed."""

from datetime import datetime

import pytest
from sqlalchemy import select

from intake import journal
from intake.cases import lifecycle, parcels, retention
from intake.cases.case import Case, Stage
from intake.cases.parcels import MOVES, Contents, Parcel, ParcelState
from intake.errors import MoveNotAllowed, NotYours
from tests.builders import a_case

DESK = "coordinator:x"
WAY = {
    ParcelState.ANNOUNCED: (),
    ParcelState.SENT: (ParcelState.SENT,),
    ParcelState.RECEIVED: (ParcelState.SENT, ParcelState.RECEIVED),
    ParcelState.RETURNED: (ParcelState.SENT, ParcelState.RECEIVED, ParcelState.RETURNED),
    ParcelState.LOST: (ParcelState.SENT, ParcelState.LOST),
}
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def case(services, now: datetime) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


def _announced(services, case: Case, now: datetime, said: Contents | None = None) -> Parcel:
    with services.database.transaction() as tx:
        return parcels.announce_parcel(tx, services, case.id, said or Contents(slides=4), now)


def _moved(services, parcel: Parcel, state: ParcelState, now: datetime, by: str = DESK, **said: str) -> Parcel:
    with services.database.transaction() as tx:
        return parcels.move_parcel(tx, services, parcel.case_id, parcel.id, state, by, now, **said)


@pytest.mark.parametrize("old", ParcelState)
@pytest.mark.parametrize("new", ParcelState)
def test_a_parcel_moves_along_the_table_and_nowhere_else(services, case, now, old, new) -> None:
    parcel = _announced(services, case, now)
    for step in WAY[old]:
        parcel = _moved(services, parcel, step, now)
    assert parcel.state is old
    if new is old or new in MOVES[old]:
        assert _moved(services, parcel, new, now).state is new
    else:
        with pytest.raises(MoveNotAllowed):
            _moved(services, parcel, new, now)


def test_the_requester_gets_one_letter_when_it_comes_and_one_when_it_goes_back(
    services, case, now, outbox_letters
) -> None:
    parcel = _announced(services, case, now, Contents(slides=4, wants_back=True))
    _moved(services, parcel, ParcelState.SENT, now, parcels.REQUESTER, carrier="Post", tracking="AB 12")
    assert outbox_letters("parcel_received") == []
    for _ in range(2):
        parcel = _moved(services, parcel, ParcelState.RECEIVED, now, arrived_note="one is cracked")
    assert parcel.owed
    for _ in range(2):
        back = _moved(services, parcel, ParcelState.RETURNED, now, back_carrier="Swift", back_tracking="ZZ 9")
    assert not back.owed and (back.said.tracking, back.said.back_tracking) == ("AB 12", "ZZ 9")
    (came,), (gone,) = outbox_letters("parcel_received"), outbox_letters("parcel_returned")
    for letter in (came, gone):
        assert letter.to == "demonstration@example.org" and case.reference in letter.subject
        for secret in ("slide", "cracked", "Post", "Swift", "AB 12", "ZZ 9"):
            assert secret not in letter.subject and f" {secret}" not in letter.text.replace("Post: ", "")


def test_the_requester_cannot_say_what_only_the_desk_knows(services, case, now) -> None:
    parcel = _announced(services, case, now)
    _moved(services, parcel, ParcelState.SENT, now, parcels.REQUESTER)
    for state in (ParcelState.RECEIVED, ParcelState.LOST):
        with pytest.raises(MoveNotAllowed):
            _moved(services, parcel, state, now, parcels.REQUESTER)


def test_what_was_only_announced_can_be_taken_back(services, case, now) -> None:
    parcel, sent = _announced(services, case, now), _announced(services, case, now)
    _moved(services, sent, ParcelState.SENT, now, parcels.REQUESTER)
    with services.database.transaction() as tx:
        parcels.take_back_parcel(tx, services, case.id, parcel.id, now)
        with pytest.raises(MoveNotAllowed):
            parcels.take_back_parcel(tx, services, case.id, sent.id, now)
        assert [one.id for one in parcels.parcels_of(tx, services.keys, case)] == [sent.id]


def test_an_empty_parcel_too_many_or_one_for_a_case_that_is_over_is_refused(services, case, now) -> None:
    with pytest.raises(MoveNotAllowed):
        _announced(services, case, now, Contents(wants_back=True))
    for _ in range(parcels.MOST_PARCELS):
        _announced(services, case, now)
    with pytest.raises(MoveNotAllowed):
        _announced(services, case, now)
    with services.database.transaction() as tx:
        closed = a_case(tx, services, now, stage=Stage.WITHDRAWN)
    with pytest.raises(MoveNotAllowed):
        _announced(services, closed, now)


def test_what_is_here_goes_back_also_after_the_case_is_over(services, case, now) -> None:
    parcel = _moved(services, _announced(services, case, now), ParcelState.RECEIVED, now)
    with services.database.transaction() as tx:
        lifecycle.withdraw_case(tx, services, case.id, now)
    assert _moved(services, parcel, ParcelState.RETURNED, now).state is ParcelState.RETURNED


def test_nothing_of_a_parcel_can_be_read_in_the_database_or_the_journal(services, case, now) -> None:
    parcel = _announced(services, case, now, Contents(blocks=2, note="lent by the laboratory"))
    parcel = _moved(services, parcel, ParcelState.SENT, now, parcels.REQUESTER, carrier="Swift", tracking="ZZ 9")
    with services.database.read() as tx:
        kept = repr(tx.all(select(parcels.parcels))) + repr(journal.lines(tx, case.id)) + repr(parcel)
        told = [line.facts["state"] for line in journal.lines(tx, case.id) if line.event == "parcel.moved"]
    assert told == ["announced", "sent"]
    for secret in ("laboratory", "Swift", "ZZ 9", "tracking"):
        assert secret not in kept or secret == "tracking"


def test_a_parcel_of_another_case_is_not_there_and_goes_with_its_own(services, case, now, still_clock) -> None:
    parcel = _announced(services, case, now)
    with services.database.transaction() as tx:
        other = a_case(tx, services, now)
        with pytest.raises(NotYours):
            parcels.move_parcel(tx, services, other.id, parcel.id, ParcelState.SENT, DESK, now)
    retention.purge(services.database, services.keys, services.vault, still_clock.advance(to=case.purge_at))
    with services.database.read() as tx:
        assert tx.all(select(parcels.parcels)) == []
