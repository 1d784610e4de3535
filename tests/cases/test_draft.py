"""A draft keeps what was typed, sealed, as long as it was promised."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from intake.cases import draft as drafts
from intake.cases.draft import DraftState
from intake.db import Database
from intake.errors import DraftGone, KeyGone
from intake.keys import KeyStore

DAYS = 28


@pytest.fixture
def draft(database: Database, keys: KeyStore, now: datetime) -> drafts.Draft:
    with database.transaction() as tx:
        return drafts.begin_draft(tx, keys, drafts.new_draft_id(), "en", "2026-11", DAYS, now)


def _read(database: Database, keys: KeyStore, draft: drafts.Draft, now: datetime) -> drafts.Draft:
    with database.read() as tx:
        return drafts.read_draft(tx, keys, draft.id, now)


def test_answers_come_back_as_they_were_saved(database: Database, keys: KeyStore, draft, now: datetime) -> None:
    answers = {"patient": {"full_name": "Łucja d’Ávila 田中", "born": "1968-03-27"}}
    with database.transaction() as tx:
        drafts.save_answers(tx, draft, answers, DAYS, now)
    assert _read(database, keys, draft, now).answers == answers


def test_neither_answers_nor_address_stand_readable_in_the_row(
    database: Database, keys: KeyStore, draft, now: datetime
) -> None:
    with database.transaction() as tx:
        drafts.save_answers(tx, draft, {"patient": {"full_name": "Planted Name"}}, DAYS, now)
        drafts.save_address(tx, keys, draft, "planted@example.org", DAYS, now)
    with database.read() as tx:
        row = tx.one_or_none(select(drafts.drafts).where(drafts.drafts.c.id == draft.id))
    everything = b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    assert b"Planted" not in everything and b"planted" not in everything


def test_a_draft_lives_its_days_after_it_was_last_touched(database: Database, keys: KeyStore, draft, now) -> None:
    later = now + timedelta(days=DAYS - 1)
    with database.transaction() as tx:
        drafts.save_language(tx, draft, "en", DAYS, later)
    assert _read(database, keys, draft, later + timedelta(days=DAYS, seconds=-1)).id == draft.id
    with pytest.raises(DraftGone):
        _read(database, keys, draft, later + timedelta(days=DAYS))


def test_another_address_must_be_confirmed_anew(database: Database, keys: KeyStore, draft, now: datetime) -> None:
    with database.transaction() as tx:
        drafts.save_address(tx, keys, draft, "one@example.org", DAYS, now)
        drafts.confirm_address(tx, keys, drafts.read_draft(tx, keys, draft.id, now))
    assert _read(database, keys, draft, now).address_confirmed
    with database.transaction() as tx:
        drafts.save_address(tx, keys, draft, "two@example.org", DAYS, now)
    assert not _read(database, keys, draft, now).address_confirmed


def test_a_change_opens_a_parked_draft_again(database: Database, keys: KeyStore, draft, now: datetime) -> None:
    with database.transaction() as tx:
        drafts.park(tx, draft)
        drafts.save_answers(tx, draft, {}, DAYS, now)
    assert _read(database, keys, draft, now).state is DraftState.OPEN


def test_a_sent_draft_holds_nothing_and_still_leads_to_its_case(database: Database, keys: KeyStore, draft, now) -> None:
    with database.transaction() as tx:
        drafts.save_answers(tx, draft, {"who": {"who": "myself"}}, DAYS, now)
        drafts.mark_sent(tx, draft)
    read = _read(database, keys, draft, now + timedelta(days=400))
    assert (read.state, read.answers, read.address, read.case_id) == (DraftState.SENT, {}, "", draft.case_id)


def test_without_its_key_a_draft_cannot_be_read(database: Database, keys: KeyStore, draft, now: datetime) -> None:
    keys.destroy(draft.key_owner)
    with pytest.raises(KeyGone):
        _read(database, keys, draft, now)


def test_only_drafts_past_their_time_are_expired(database: Database, keys: KeyStore, draft, now: datetime) -> None:
    with database.read() as tx:
        assert drafts.expired(tx, now) == []
        assert drafts.expired(tx, now + timedelta(days=DAYS)) == [draft.id]


def test_addresses_are_found_whatever_their_case(keys: KeyStore) -> None:
    assert drafts.address_hash(keys, " Ana@Example.ORG ") == drafts.address_hash(keys, "ana@example.org")
    assert drafts.address_hash(keys, "ana@example.org") != drafts.address_hash(keys, "ana@example.net")
