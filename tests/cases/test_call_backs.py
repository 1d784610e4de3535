"""Somebody who asks to be called is kept sealed, listed once, told to the desk, and forgotten."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from intake import journal
from intake.cases import call_backs, retention
from intake.cases.call_backs import KEEP, LETTERS_WHILE_WAITING, Said
from intake.desk import coordinators
from intake.errors import KeyGone
from intake.keys import wrapped_keys
from tests.components import ROOT

pytestmark = pytest.mark.usefixtures("database")

AMIRA = Said("Amira Probefall", "+96265001234", "after 18:00")


def ask(services: Any, now: datetime, said: Said = AMIRA, language: str = "en") -> None:
    with services.database.transaction() as tx:
        call_backs.ask(tx, services, said, language, now)


def waiting(services: Any) -> list[call_backs.CallBack]:
    with services.database.read() as tx:
        return call_backs.waiting(tx, services.keys)


def owners(services: Any) -> list[str]:
    with services.keys.database.read() as tx:
        return [row.owner for row in tx.all(select(wrapped_keys.c.owner)) if row.owner.startswith("call:")]


def test_what_was_said_can_be_read_by_the_desk_and_by_nobody_without_the_keys(services, now) -> None:
    ask(services, now, language="ar")
    (call,) = waiting(services)
    assert (call.said, call.language, call.asked_at) == (AMIRA, "ar", now)
    with services.database.read() as tx:
        row = tx.one_or_none(select(call_backs.call_backs))
        lines = tx.all(select(journal.journal))
    seen = repr(tuple(row)) + json.dumps([[line.event, line.actor, line.subject, line.facts] for line in lines])
    for word in (AMIRA.called, "Amira", AMIRA.number, AMIRA.suits):
        assert word not in seen


def test_the_longest_waiting_comes_first(services, now) -> None:
    for minutes, name in ((5, "Second"), (0, "First"), (9, "Third")):
        said = Said(name, f"+9626500123{minutes}", "")
        ask(services, now + timedelta(minutes=minutes), said)
    assert [call.said.called for call in waiting(services)] == ["First", "Second", "Third"]


def test_a_number_that_waits_already_is_listed_once_with_its_newest_words(services, now, outbox_letters) -> None:
    ask(services, now)
    ask(services, now + timedelta(hours=1), Said("Amira P.", AMIRA.number, "in the morning"), "es")
    (call,) = waiting(services)
    assert (call.said.suits, call.language, call.asked_at) == ("in the morning", "es", now)
    assert len(outbox_letters("desk_call_me")) == 1 and len(owners(services)) == 1


def test_the_letter_says_only_that_somebody_asked(services, now, outbox_letters) -> None:
    ask(services, now)
    (letter,) = outbox_letters("desk_call_me")
    assert letter.to == services.operator.contact.coordinators_mailbox
    for part in (letter.subject, letter.text, letter.html):
        assert not any(word in part for word in ("Amira", "96265001234", "6 500", "18:00"))
    assert f"{services.settings.base_url}/desk/calls" in letter.text


def test_every_coordinator_gets_a_letter(services, now, outbox_letters) -> None:
    with services.database.transaction() as tx:
        for name in ("ines", "tomas"):
            person = coordinators.invite(tx, services.keys, services.ring, name, f"{name}@clinic.example", "en", now)
            coordinators.mark_enrolled(tx, person.id, now)
    ask(services, now)
    assert {letter.to for letter in outbox_letters("desk_call_me")} == {"ines@clinic.example", "tomas@clinic.example"}


def test_a_flood_of_numbers_is_all_listed_and_stops_writing_letters(services, now, outbox_letters) -> None:
    for number in range(LETTERS_WHILE_WAITING + 4):
        ask(services, now, Said("Amira", f"+9626500123{number}", ""))
    assert len(waiting(services)) == LETTERS_WHILE_WAITING + 4
    assert len(outbox_letters("desk_call_me")) == LETTERS_WHILE_WAITING


def test_a_call_that_was_made_is_forgotten_with_its_key_and_journalled_once(services, now) -> None:
    ask(services, now)
    (call,) = waiting(services)
    for expected in (True, False):
        with services.database.transaction() as tx:
            assert call_backs.close(tx, services.keys, call.id, "coordinator:ines", now) is expected
    assert waiting(services) == [] and owners(services) == []
    with services.database.read() as tx:
        lines = [line for line in tx.all(select(journal.journal)) if line.event == "call.made"]
        assert call_backs.count(tx) == 0
    assert [(line.actor, line.subject) for line in lines] == [("coordinator:ines", None)]
    assert json.loads(lines[0].facts) == {"call": call.id}


def test_who_was_called_may_ask_again(services, now) -> None:
    ask(services, now)
    with services.database.transaction() as tx:
        call_backs.close(tx, services.keys, waiting_id(services), "coordinator:ines", now)
    ask(services, now)
    assert len(waiting(services)) == 1


def waiting_id(services: Any) -> str:
    (call,) = waiting(services)
    return call.id


def test_what_nobody_called_goes_after_thirty_days_with_the_other_things_whose_time_is_over(services, now) -> None:
    ask(services, now)
    what = (services.database, services.keys, services.vault)
    assert retention.purge(*what, now + KEEP - timedelta(seconds=1)).calls == 0
    assert len(waiting(services)) == 1
    assert retention.purge(*what, now + KEEP).calls == 1
    assert retention.purge(*what, now + KEEP).calls == 0
    assert waiting(services) == [] and owners(services) == []
    assert KEEP.days == 30


@pytest.mark.parametrize("code", ["en", "es", "ar"])
def test_the_privacy_notice_says_how_long_a_call_waits(code: str) -> None:
    notice = (ROOT / "docs" / code / "privacy.md").read_text(encoding="utf-8")
    heading = "## If you ask us to call you" if code == "en" else "{ #if-you-ask-us-to-call-you }"
    section = notice.split(heading)[1].split("\n## ")[0]
    assert re.findall(r"\d+", section) == [str(KEEP.days)]


def test_a_call_whose_key_went_in_a_crash_stops_nobody_and_can_be_asked_for_again(services, now) -> None:
    ask(services, now)
    ask(services, now, Said("Rui", "+351912345678", ""))
    services.keys.destroy(next(f"call:{call.id}" for call in waiting(services) if call.said == AMIRA))
    with pytest.raises(KeyGone):
        services.keys.get("call:nobody")
    assert [call.said.called for call in waiting(services)] == ["Rui"]
    ask(services, now)
    assert sorted(call.said.called for call in waiting(services)) == ["Amira Probefall", "Rui"]
