"""The agreement of an adult patient: no specialist before it, asked with care, given once, taken back at any time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from intake import journal
from intake.cases import agreeing, agreement, consent, letters, lifecycle, store
from intake.cases.agreement import State, Way
from intake.cases.case import Case, Stage
from intake.cases.consent import Agreement
from intake.cases.retention import purge
from intake.errors import AgreementMissing, MoveNotAllowed
from intake.forms.patient_agreement import patient_agreements
from intake.journal import Event
from intake.links import grants
from intake.links.tokens import Purpose
from intake.mail.outbox import letters as outbox_table
from tests.builders import PATIENT_ADDRESS, a_case, a_context, answers_for_another

pytestmark = pytest.mark.usefixtures("database")

BY_LINK = [("how", "link"), ("patient_email", PATIENT_ADDRESS)]


def told(**changed: str) -> list[tuple[str, str]]:
    said = {"permission": "permission", "knows": "yes", "knows_diagnosis": "yes"}
    return list((said | changed).items())


def opened(services: Any, now: datetime, stage: Stage = Stage.OPENED, **changed: list[tuple[str, str]]) -> Case:
    with services.database.transaction() as tx:
        answers = answers_for_another(services, **changed)
        return a_case(tx, services, now, stage=stage, answers=answers)


def do(services: Any, verb: Any, *told: Any) -> Any:
    with services.database.transaction() as tx:
        return verb(tx, services, *told)


def standing(services: Any, case: Case) -> Any:
    with services.database.read() as tx:
        return agreement.read(tx, services.keys, store.case_by_id(tx, case.id))


def texts(services: Any, case: Case) -> tuple[Agreement, ...]:
    with services.database.read() as tx:
        answers = store.read_answers(tx, services.keys, case)
    return patient_agreements(answers, a_context(services))


def sent(services: Any, kind: str) -> int:
    with services.database.read() as tx:
        return len([row for row in tx.all(select(outbox_table.c.letter)) if row.letter == kind])


def events(services: Any, case: Case) -> list[tuple[str, str]]:
    with services.database.read() as tx:
        return [(line.event, line.actor) for line in journal.lines(tx, case.id)]


def test_a_case_for_oneself_wants_no_agreement_and_goes_its_way(services, now: datetime) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, stage=Stage.WITH_SPECIALIST)
    assert standing(services, case) is None and sent(services, "agree") == 0


def test_a_case_for_an_adult_asks_the_patient_at_her_own_address(services, now: datetime, outbox_letters) -> None:
    case = opened(services, now)
    wanted = standing(services, case)
    assert (wanted.way, wanted.state, wanted.address) == (Way.LINK, State.WAITING, PATIENT_ADDRESS)
    assert wanted.asked_at == now
    (letter,) = outbox_letters("agree")
    assert letter.to == PATIENT_ADDRESS
    with services.database.read() as tx:
        grant = grants.standing(tx, Purpose.AGREE, case.id, now)
    assert grant is not None and grant.expires_at == now + timedelta(days=28)
    assert (Event.AGREEMENT_ASKED, "requester") in events(services, case)


def test_the_letter_to_the_patient_holds_no_word_that_anybody_typed(services, now: datetime, outbox_letters) -> None:
    case = opened(services, now)
    (letter,) = outbox_letters("agree")
    whole = letter.subject + letter.text + letter.html
    with services.database.read() as tx:
        answers = store.read_answers(tx, services.keys, case)
    typed = [value for page in answers.values() for value in page.values() if isinstance(value, str) and " " in value]
    assert len(typed) > 5 and not [value for value in typed if value in whole]
    assert case.reference not in whole and PATIENT_ADDRESS not in letter.text + letter.html


def test_without_the_agreement_the_case_cannot_go_to_a_specialist(services, now: datetime) -> None:
    case = opened(services, now, Stage.RECORDS_IN)
    with pytest.raises(AgreementMissing):
        do(services, lifecycle.move_case, case.id, Stage.WITH_SPECIALIST, "test", now)
    with services.database.read() as tx:
        assert store.case_by_id(tx, case.id).stage is Stage.RECORDS_IN


@pytest.mark.parametrize("way", [[("how", "paper")], [("how", "later")]])
def test_nor_while_nobody_knows_how_it_will_come(services, now: datetime, way) -> None:
    case = opened(services, now, Stage.RECORDS_IN, patient_agrees=way)
    assert sent(services, "agree") == 0 and standing(services, case).address == ""
    with pytest.raises(AgreementMissing):
        do(services, lifecycle.move_case, case.id, Stage.WITH_SPECIALIST, "test", now)


def test_what_is_not_a_referral_needs_no_agreement(services, now: datetime) -> None:
    case = opened(services, now)
    assert do(services, lifecycle.withdraw_case, case.id, now).stage is Stage.WITHDRAWN


def test_her_yes_is_kept_as_hers_and_opens_the_way(services, now: datetime) -> None:
    case = opened(services, now, Stage.RECORDS_IN)
    later = now + timedelta(days=2)
    given = do(services, agreeing.agree, case.id, texts(services, case), "en", later)
    assert (given.state, given.settled_at) == (State.GIVEN, later)
    with services.database.read() as tx:
        hers = [each for each in consent.given(tx, case.id) if each.given_by == consent.PATIENT]
        theirs = [each for each in consent.given(tx, case.id) if each.given_by == consent.REQUESTER]
    assert {each.purpose for each in hers} == {"review", "abroad"} and theirs
    assert all(each.how == consent.LINK and each.given_at == later for each in hers)
    assert {each.text_hash for each in hers} == {each.text_hash for each in texts(services, case)}
    assert not {each.text_hash for each in hers} & {each.text_hash for each in theirs}
    assert (Event.AGREEMENT_GIVEN, "patient") in events(services, case)
    assert (Event.CONSENT_GIVEN, "patient") in events(services, case)
    moved = do(services, lifecycle.move_case, case.id, Stage.WITH_SPECIALIST, "test", later)
    assert moved.stage is Stage.WITH_SPECIALIST


def test_requester_and_desk_hear_of_her_answer_once(services, now: datetime) -> None:
    case = opened(services, now)
    for _ in range(2):
        do(services, agreeing.agree, case.id, texts(services, case), "en", now)
    assert sent(services, "agreement_news") == sent(services, "desk_agreement") == 1
    with services.database.read() as tx:
        hers = [each for each in consent.given(tx, case.id) if each.given_by == consent.PATIENT]
    assert len({(each.purpose, each.country) for each in hers}) == len(hers)


def test_many_presses_at_once_are_one_yes(services, now: datetime) -> None:
    case = opened(services, now)
    agreed = texts(services, case)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: do(services, agreeing.agree, case.id, agreed, "en", now), range(16)))
    assert events(services, case).count((Event.AGREEMENT_GIVEN, "patient")) == 1


def test_her_no_stops_the_case(services, now: datetime) -> None:
    case = opened(services, now, Stage.RECORDS_IN)
    assert do(services, agreeing.refuse, case.id, now).state is State.REFUSED
    with pytest.raises(AgreementMissing):
        do(services, lifecycle.move_case, case.id, Stage.WITH_SPECIALIST, "test", now)
    assert sent(services, "agreement_news") == sent(services, "desk_agreement") == 1


def test_she_can_take_back_her_yes_and_give_it_again(services, now: datetime) -> None:
    case = opened(services, now)
    do(services, agreeing.agree, case.id, texts(services, case), "en", now)
    do(services, agreeing.refuse, case.id, now + timedelta(days=1))
    with services.database.read() as tx:
        hers = [each for each in consent.given(tx, case.id) if each.given_by == consent.PATIENT]
        theirs = [each for each in consent.given(tx, case.id) if each.given_by == consent.REQUESTER]
        assert agreement.is_missing(tx, case.id)
    assert all(each.withdrawn_at == now + timedelta(days=1) for each in hers)
    assert all(each.withdrawn_at is None for each in theirs)
    again = do(services, agreeing.agree, case.id, texts(services, case), "en", now + timedelta(days=2))
    assert again.given


def test_she_can_take_it_back_even_while_a_specialist_reads(services, now: datetime) -> None:
    case = opened(services, now, Stage.RECORDS_IN)
    do(services, agreeing.agree, case.id, texts(services, case), "en", now)
    do(services, lifecycle.move_case, case.id, Stage.WITH_SPECIALIST, "test", now)
    assert do(services, agreeing.refuse, case.id, now).state is State.REFUSED
    with pytest.raises(MoveNotAllowed):  # it is too late for a new yes: the desk has to begin anew
        do(services, agreeing.agree, case.id, texts(services, case), "en", now)


@pytest.mark.parametrize("over", [Stage.WITHDRAWN, Stage.DECLINED])
def test_when_the_request_is_over_there_is_nothing_to_agree_to(services, now: datetime, over: Stage) -> None:
    case = opened(services, now, over)
    for verb, told in (
        (agreeing.agree, (texts(services, case), "en")),
        (agreeing.refuse, ()),
        (agreeing.ask_again, ("requester",)),
        (agreeing.ask_at, ("new@example.org", True)),
        (agreeing.sign_on_paper, (texts(services, case), "post", "test")),
        (agreeing.send_link_again, ()),
    ):
        with pytest.raises(MoveNotAllowed):
            do(services, verb, case.id, *told, now)


@pytest.mark.parametrize("doubt", [{"knows": "no"}, {"knows_diagnosis": "no"}, {"knows_diagnosis": "unknown"}])
def test_a_patient_who_may_not_know_gets_no_letter_until_somebody_spoke_with_the_requester(
    services, now: datetime, doubt: dict[str, str]
) -> None:
    case = opened(services, now, permission=told(**doubt))
    assert sent(services, "agree") == 0 and standing(services, case).asked_at is None
    with services.database.read() as tx:
        assert grants.standing(tx, Purpose.AGREE, case.id, now) is None
    assert not do(services, agreeing.ask_at, case.id, "new@example.org", False, now)
    assert sent(services, "agree") == 0 and standing(services, case).address == "new@example.org"
    assert do(services, agreeing.ask_again, case.id, "coordinator:x", now)
    assert sent(services, "agree") == 1


def test_another_address_makes_the_older_link_useless(services, now: datetime, outbox_letters) -> None:
    case = opened(services, now)
    with services.database.read() as tx:
        old = grants.standing(tx, Purpose.AGREE, case.id, now)
    assert do(services, agreeing.ask_at, case.id, "new@example.org", True, now)
    assert [letter.to for letter in outbox_letters("agree")] == [PATIENT_ADDRESS, "new@example.org"]
    with services.database.read() as tx:
        new = grants.standing(tx, Purpose.AGREE, case.id, now)
        assert (new.id, new.generation) != (old.id, old.generation)
        before = grants.get(tx, old.id)
        assert before.generation != old.generation or not grants.stands(before, now)


def test_whoever_said_later_gives_the_address_on_the_page_of_the_case(services, now: datetime) -> None:
    case = opened(services, now, patient_agrees=[("how", "later")])
    assert do(services, agreeing.ask_at, case.id, "new@example.org", True, now)
    assert (standing(services, case).way, sent(services, "agree")) == (Way.LINK, 1)


def test_a_patient_who_said_no_is_not_pressed_by_the_requester(services, now: datetime) -> None:
    case = opened(services, now)
    do(services, agreeing.refuse, case.id, now)
    for verb, told in ((agreeing.ask_again, ("requester",)), (agreeing.ask_at, ("new@example.org", True))):
        with pytest.raises(MoveNotAllowed):
            do(services, verb, case.id, *told, now)
    assert do(services, agreeing.send_link_again, case.id, now)  # she asks for it herself
    assert do(services, agreeing.ask_again, case.id, "coordinator:x", now)  # who has spoken with her


def test_no_mailbox_is_flooded_through_a_case(services, now: datetime) -> None:
    case = opened(services, now)
    for number in range(30):
        do(services, agreeing.ask_at, case.id, f"somebody{number}@example.org", True, now)
    assert sent(services, "agree") == letters.ASKED_FOR_A_DAY
    tomorrow = now + timedelta(days=1, seconds=1)
    assert do(services, agreeing.ask_again, case.id, "requester", tomorrow)


def test_a_signed_form_opens_the_way_and_says_who_held_it(services, now: datetime) -> None:
    case = opened(services, now, Stage.RECORDS_IN, patient_agrees=[("how", "paper")])
    do(services, agreeing.sign_on_paper, case.id, texts(services, case), "post", "coordinator:ines", now)
    with services.database.read() as tx:
        hers = [each for each in consent.given(tx, case.id) if each.how == consent.PAPER]
        signed = next(line for line in journal.lines(tx, case.id) if line.event == Event.AGREEMENT_SIGNED)
    assert {(each.purpose, each.given_by) for each in hers} == {("review", "patient"), ("abroad", "patient")}
    assert (signed.actor, signed.facts) == ("coordinator:ines", {"came_by": "post"})
    assert do(services, lifecycle.move_case, case.id, Stage.WITH_SPECIALIST, "test", now)


def test_how_a_signed_form_came_is_one_of_a_list(services, now: datetime) -> None:
    case = opened(services, now)
    with pytest.raises(ValueError, match="dove"):
        do(services, agreeing.sign_on_paper, case.id, texts(services, case), "dove", "test", now)
    assert not standing(services, case).given


def test_for_a_patient_who_cannot_decide_somebody_signs_by_law(services, now: datetime) -> None:
    case = opened(services, now, Stage.RECORDS_IN, permission=told(knows="cannot"))
    assert standing(services, case).way is Way.AUTHORITY
    with pytest.raises(AgreementMissing):
        do(services, lifecycle.move_case, case.id, Stage.WITH_SPECIALIST, "test", now)
    do(services, agreeing.sign_on_paper, case.id, texts(services, case), "in_person", "coordinator:ines", now)
    with services.database.read() as tx:
        assert {each.given_by for each in consent.given(tx, case.id)} == {"requester", "authority"}
    assert do(services, lifecycle.move_case, case.id, Stage.WITH_SPECIALIST, "test", now)


def test_what_is_kept_of_the_agreement_cannot_be_read_without_the_keys(services, now: datetime) -> None:
    case = opened(services, now)
    with services.database.read() as tx:
        row = tx.one_or_none(select(agreement.agreements).where(agreement.agreements.c.case_id == case.id))
        lines = str([(line.event, line.actor, line.facts) for line in journal.lines(tx, case.id)])
    assert PATIENT_ADDRESS.encode() not in row.address and PATIENT_ADDRESS not in str(row)
    assert "@" not in lines and "Olga" not in lines


def test_a_forgotten_case_forgets_the_patients_address_and_her_link(services, now: datetime) -> None:
    case = opened(services, now)
    do(services, agreeing.agree, case.id, texts(services, case), "en", now)
    over = case.purge_at + timedelta(days=1)
    assert purge(services.database, services.keys, services.vault, over).cases == 1
    with services.database.read() as tx:
        row = tx.one_or_none(select(agreement.agreements).where(agreement.agreements.c.case_id == case.id))
        assert row.address is None and row.state == "given"
        assert grants.standing(tx, Purpose.AGREE, case.id, now) is None
