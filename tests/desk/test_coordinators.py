"""Accounts of coordinators: one an address, sealed, closed for good."""

import pytest
from sqlalchemy import select

from intake import journal
from intake.desk import coordinators
from intake.desk.coordinators import State
from intake.errors import AccountClosed, NotYours

NAME, EMAIL = "Ines Probefall", "Ines.Probefall@clinic.example"


def invite(database, keys, ring, now, *, name=NAME, email=EMAIL):
    with database.transaction() as tx:
        return coordinators.invite(tx, keys, ring, name, email, "en", now)


def test_an_invited_coordinator_reads_back_as_invited(database, keys, ring, now):
    invited = invite(database, keys, ring, now)
    with database.read() as tx:
        found = coordinators.get(tx, keys, invited.id)
    assert found == invited
    assert (found.name, found.email, found.language, found.state) == (NAME, EMAIL, "en", State.INVITED)


def test_the_same_address_in_other_letters_is_the_same_account(database, keys, ring, now):
    first = invite(database, keys, ring, now)
    again = invite(database, keys, ring, now, name="Someone Else", email="  ines.probefall@CLINIC.example ")
    assert again == first


def test_name_and_address_are_nowhere_to_be_read_in_the_row(database, keys, ring, now):
    invite(database, keys, ring, now)
    with database.read() as tx:
        row = tx.one_or_none(select(coordinators.coordinators))
    for value in row:
        raw = value if isinstance(value, bytes) else str(value).encode()
        assert b"Ines" not in raw and b"clinic" not in raw.lower()


def test_only_enrolled_coordinators_are_listed(database, keys, ring, now):
    first = invite(database, keys, ring, now)
    invite(database, keys, ring, now, email="second@clinic.example")
    with database.transaction() as tx:
        coordinators.mark_enrolled(tx, first.id, now)
    with database.read() as tx:
        assert [one.id for one in coordinators.enrolled(tx, keys)] == [first.id]


def test_a_closed_account_opens_no_more_and_its_address_is_free_again(database, keys, ring, now):
    first = invite(database, keys, ring, now)
    with database.transaction() as tx:
        coordinators.close_account(tx, first.id, now)
    with database.transaction() as tx, pytest.raises(AccountClosed):
        coordinators.mark_enrolled(tx, first.id, now)
    with database.read() as tx, pytest.raises(AccountClosed):
        coordinators.need_open(tx, first.id)
    second = invite(database, keys, ring, now)
    assert second.id != first.id
    with database.read() as tx:
        assert coordinators.get(tx, keys, first.id).state is State.CLOSED
        assert coordinators.enrolled(tx, keys) == []


def test_closing_twice_is_journalled_once(database, keys, ring, now):
    first = invite(database, keys, ring, now)
    for _ in range(2):
        with database.transaction() as tx:
            coordinators.close_account(tx, first.id, now)
    with database.read() as tx:
        events = [row.event for row in tx.all(select(journal.journal).order_by(journal.journal.c.number))]
    assert events == ["coordinator.invited", "coordinator.closed"]


def test_an_unknown_account_is_not_there(database, keys):
    with database.read() as tx, pytest.raises(NotYours):
        coordinators.get(tx, keys, "nobody")
    with database.read() as tx, pytest.raises(AccountClosed):
        coordinators.need_open(tx, "nobody")


def test_names_are_given_for_known_ids_only(database, keys, ring, now):
    first = invite(database, keys, ring, now)
    with database.read() as tx:
        assert coordinators.names(tx, keys, {first.id, "nobody"}) == {first.id: NAME}
        assert coordinators.names(tx, keys, set()) == {}
