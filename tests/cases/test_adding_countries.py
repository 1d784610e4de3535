"""A further country after sending: one row with its words, journalled and told; a patient who agreed is asked too."""

from datetime import datetime
from typing import Any

import pytest

from intake import journal
from intake.cases import agreeing, agreement, consent, store
from intake.cases.adding_countries import add_country, may_add, patient_lacks
from intake.cases.case import Case, Stage
from intake.cases.consent import REQUESTER, Agreement
from intake.cases.taking_back import take_back
from intake.errors import CaseNotFound, MoveNotAllowed
from intake.forms.patient_agreement import patient_agreements
from intake.journal import Event
from tests.builders import PATIENT_ADDRESS, a_case, a_context, answers_for_another, filled_answers

pytestmark = pytest.mark.usefixtures("database")

WORDS = Agreement("abroad", "2026-11b", "They may also go to the United States.", ("US",), "en")


def opened(services: Any, now: datetime, stage: Stage = Stage.OPENED, answers: Any = None) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now, stage=stage, answers=answers or filled_answers(services))


def add(services: Any, case: Case, now: datetime) -> Case:
    with services.database.transaction() as tx:
        return add_country(tx, services, case.id, WORDS, now)


def may_send(services: Any, case: Case) -> bool:
    with services.database.read() as tx:
        return consent.may_send_to(tx, case.id, "US")


def hers(services: Any, case: Case, now: datetime, *, how: str = "link") -> None:
    """The patient agrees to what stands in the request, by her link or on paper."""
    with services.database.transaction() as tx:
        texts = patient_agreements(store.read_answers(tx, services.keys, case), a_context(services))
        if how == "link":
            agreeing.agree(tx, services, case.id, texts, "en", now)
        else:
            agreeing.sign_on_paper(tx, services, case.id, texts, "post", "coordinator:1", now)


def test_it_opens_that_country_and_is_noted_and_told(services: Any, now: datetime, outbox_letters: Any) -> None:
    case = opened(services, now)
    assert not may_send(services, case)
    add(services, case, now)
    assert may_send(services, case)
    with services.database.read() as tx:
        (new,) = [each for each in consent.standing(tx, case.id, REQUESTER) if each.country == "US"]
        told = [line.facts for line in journal.lines(tx, case.id) if line.event == Event.CONSENT_GIVEN]
    assert (new.purpose, new.how, new.text_hash, new.version) == ("abroad", "case", WORDS.text_hash, "2026-11b")
    assert told[-1] == {"purpose": "abroad", "countries": "US"}
    assert len(outbox_letters("consent_changed")) == len(outbox_letters("desk_consent_changed")) == 1


def test_the_words_are_kept_with_the_answers_and_nothing_else_of_them_changes(services: Any, now: datetime) -> None:
    case = opened(services, now)
    with services.database.read() as tx:
        before = store.read_answers(tx, services.keys, case)
    add(services, case, now)
    with services.database.read() as tx:
        after = store.read_answers(tx, services.keys, case)
    assert after["preferences"]["countries"] == [*before["preferences"]["countries"], "US"]
    line = after["consent"]["record"][-1]
    assert (line["text"], line["sha256"], line["countries"]) == (WORDS.text, WORDS.text_hash, ["US"])
    after["consent"]["record"].pop()
    after["preferences"]["countries"].pop()
    assert after == before


def test_twice_is_once_and_after_taking_back_it_can_be_given_again(
    services: Any, now: datetime, outbox_letters: Any
) -> None:
    case = opened(services, now)
    for _ in range(2):
        add(services, case, now)
    assert len(outbox_letters("consent_changed")) == 1
    with services.database.transaction() as tx:
        take_back(tx, services, case.id, "abroad", "US", now)
    assert not may_send(services, case)
    add(services, case, now)
    assert may_send(services, case)
    with services.database.read() as tx:
        assert store.read_answers(tx, services.keys, case)["preferences"]["countries"].count("US") == 1


def test_the_letter_names_no_country(services: Any, now: datetime, outbox_letters: Any) -> None:
    add(services, opened(services, now), now)
    for letter in (*outbox_letters("consent_changed"), *outbox_letters("desk_consent_changed")):
        assert "United States" not in letter.subject + letter.text + letter.html


@pytest.mark.parametrize("stage", [Stage.REPORTED, Stage.CLOSED, Stage.DECLINED, Stage.WITHDRAWN])
def test_when_the_work_is_over_no_country_is_added(services: Any, now: datetime, stage: Stage) -> None:
    case = opened(services, now, stage)
    with pytest.raises(MoveNotAllowed):
        add(services, case, now)


def test_a_patient_who_agreed_by_her_link_is_asked_and_until_then_nothing_goes_there(
    services: Any, now: datetime, outbox_letters: Any
) -> None:
    case = opened(services, now, answers=answers_for_another(services))
    hers(services, case, now)
    add(services, case, now)
    assert not may_send(services, case)
    assert [letter.to for letter in outbox_letters("agree")] == [PATIENT_ADDRESS] * 2
    with services.database.transaction() as tx:
        wanted = agreement.read(tx, services.keys, case)
        assert wanted is not None and wanted.given and patient_lacks(tx, case.id, wanted) == ("US",)
        agreeing.agree_further(tx, services, case.id, (WORDS,), "en", now)
        assert patient_lacks(tx, case.id, wanted) == ()
    assert may_send(services, case)


def test_a_patient_who_has_not_answered_yet_is_asked_about_all_of_them_at_once(
    services: Any, now: datetime, outbox_letters: Any
) -> None:
    case = opened(services, now, answers=answers_for_another(services))
    add(services, case, now)
    assert len(outbox_letters("agree")) == 1
    hers(services, case, now)
    assert may_send(services, case)


def test_who_signed_on_paper_or_said_no_has_to_be_spoken_with(services: Any, now: datetime) -> None:
    signed, refused = (opened(services, now, answers=answers_for_another(services)) for _ in range(2))
    with services.database.transaction() as tx:
        agreement.change_way(tx, services.keys, signed, agreement.Way.PAPER)
        agreeing.refuse(tx, services, refused.id, now)
    hers(services, signed, now, how="paper")
    for case in (signed, refused):
        with services.database.read() as tx:
            assert not may_add(case, agreement.read(tx, services.keys, case))
        with pytest.raises(MoveNotAllowed):
            add(services, case, now)


def test_a_patient_who_has_not_agreed_to_anything_agrees_to_no_further_country(services: Any, now: datetime) -> None:
    case = opened(services, now, answers=answers_for_another(services))
    with services.database.transaction() as tx, pytest.raises(MoveNotAllowed):
        agreeing.agree_further(tx, services, case.id, (WORDS,), "en", now)


def test_a_case_that_does_not_exist_is_an_error(services: Any, now: datetime) -> None:
    with services.database.transaction() as tx, pytest.raises(CaseNotFound):
        add_country(tx, services, "no-such-case", WORDS, now)
