"""Rules that mark a request: each sees what it is for, none sees it in what people write, and nothing is refused."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from intake import journal
from intake.cases import agreeing, awaiting, letters, lifecycle, store, suspicion, worklist
from intake.cases import draft as drafts
from intake.cases.case import NOT_TAKEN, Case, Stage
from intake.cases.draft import Draft
from intake.cases.suspicion import Trait
from intake.cases.worklist import Wanted
from intake.errors import MoveNotAllowed
from intake.forms.draft_answers import DraftAnswers
from intake.journal import Event
from intake.links import grants
from intake.links.tokens import Purpose
from intake.mail.outbox import letters as outbox_table
from intake.records import store as records
from tests.builders import a_case, a_draft, a_request, answers_for_another, filled_answers

pytestmark = pytest.mark.usefixtures("database")

LONG = "I am 58 and have had pain in the leg for six months."


def told_of(services: Any, told: str, **more: str) -> DraftAnswers:
    """A complete request with other words about the illness, the treatment and what matters."""
    answers = filled_answers(services)
    answers["condition"]["told"] = told
    answers["treatment"]["so_far"] = more.get("so_far", "Exercises, and two injections in the spring.")
    answers["what-matters"]["matters"] = more.get("matters", "To walk to work.")
    answers["reach-you"]["email"] = more.get("email", "ana@example.org")
    return answers


def sent(services: Any, now: datetime, answers: DraftAnswers | None = None, *, took: int = 600) -> Case:
    """A request that was written in so many seconds, sent, confirmed and opened."""
    services_settings(services, fastest=60)
    with services.database.transaction() as tx:
        draft = a_draft(tx, services, now - timedelta(seconds=took), answers=answers)
        assert lifecycle.send_draft(tx, services, draft, a_request(services, draft), now) is None
        parked = drafts.read_draft(tx, services.keys, draft.id, now, to_change=True)
        return lifecycle.confirm_draft(tx, services, parked, a_request(services, parked), now)


def services_settings(services: Any, *, fastest: int) -> None:
    """Tests begin without the rule about speed."""
    object.__setattr__(services.settings, "fastest_request_seconds", fastest)


def letters_to(services: Any, case: Case, role: str) -> list[str]:
    """The letters about a case that somebody gets."""
    theirs = (outbox_table.c.case_id == case.id, outbox_table.c.role == role)
    with services.database.read() as tx:
        return [row.letter for row in tx.all(select(outbox_table.c.letter).where(*theirs))]


def to_the_desk(services: Any, case: Case) -> list[str]:
    """What coordinators get."""
    return letters_to(services, case, "coordinator")


def to_the_requester(services: Any, case: Case) -> list[str]:
    """What the requester gets."""
    return letters_to(services, case, "requester")


def events(services: Any, case: Case) -> list[str]:
    with services.database.read() as tx:
        return [line.event for line in journal.lines(tx, case.id)]


# -- The rules -----------------------------------------------------------------------------------------------


def test_an_ordinary_request_has_no_mark(services, now: datetime) -> None:
    case = sent(services, now)
    assert (case.held_as_suspect, case.traits) == (False, ())
    assert to_the_desk(services, case) == ["desk_case_opened"]
    assert Event.CASE_HELD not in events(services, case)


@pytest.mark.parametrize(("took", "traits"), [(0, ("fast",)), (59, ("fast",)), (60, ()), (3600, ())])
def test_a_request_that_nobody_could_have_read_so_fast(services, now, took: int, traits: tuple[str, ...]) -> None:
    assert sent(services, now, took=took).traits == traits


def test_how_fast_it_was_counts_when_it_is_sent_and_not_when_it_is_confirmed(services, now: datetime) -> None:
    services_settings(services, fastest=60)
    with services.database.transaction() as tx:
        draft = a_draft(tx, services, now)
        lifecycle.send_draft(tx, services, draft, a_request(services, draft), now + timedelta(seconds=5))
    with services.database.transaction() as tx:
        parked = drafts.read_draft(tx, services.keys, draft.id, now, to_change=True)
        case = lifecycle.confirm_draft(tx, services, parked, a_request(services, parked), now + timedelta(days=2))
    assert case.traits == ("fast",)


def test_who_changes_something_and_sends_again_later_is_no_longer_fast(services, now: datetime) -> None:
    services_settings(services, fastest=60)
    with services.database.transaction() as tx:
        draft = a_draft(tx, services, now)
        lifecycle.send_draft(tx, services, draft, a_request(services, draft), now)
        assert _newest(services, tx, draft, now).traits == {"fast"}
        drafts.save_answers(tx, draft, draft.answers, 28, now + timedelta(minutes=5))
        opened = _newest(services, tx, draft, now)
        lifecycle.send_draft(tx, services, opened, a_request(services, opened), now + timedelta(minutes=5))
        assert _newest(services, tx, draft, now).traits == frozenset()


def _newest(services: Any, tx: Any, draft: Draft, now: datetime) -> Draft:
    return drafts.read_draft(tx, services.keys, draft.id, now, to_change=True)


def test_the_box_that_people_never_see(services, now: datetime) -> None:
    with services.database.transaction() as tx:
        draft = a_draft(tx, services, now)
        suspicion.note_trait(tx, draft, Trait.TRAP)
        marked = _newest(services, tx, draft, now)
        assert lifecycle.confirm_draft(tx, services, marked, a_request(services, marked), now).traits == ("trap",)


@pytest.mark.parametrize(
    ("told", "held"),
    [
        ("See https://a.example https://b.example www.c.example", False),
        ("See https://a.example https://b.example www.c.example HTTP://d.example", True),
        ('Cheap <a href="https://a.example">here</a>', True),
        ("Cheap [url=https://a.example]here[/url]", True),
        ("My pain is 3 < 5, and at night > 7. The awww.. sound of my knee.", False),
    ],
)
def test_web_addresses(services, now: datetime, told: str, held: bool) -> None:
    assert sent(services, now, told_of(services, told)).traits == (("links",) if held else ())


def test_one_long_text_in_several_boxes(services, now: datetime) -> None:
    twice = sent(services, now, told_of(services, LONG, so_far=LONG))
    thrice = sent(services, now, told_of(services, LONG, so_far=LONG, matters=LONG.upper() + " !"))
    assert (twice.traits, thrice.traits) == ((), ("repeated",))


def test_short_answers_may_be_alike(services, now: datetime) -> None:
    assert sent(services, now, told_of(services, "I do not know.", so_far="I do not know.", matters="no")).traits == ()


def test_the_same_words_from_many_addresses(services, now: datetime) -> None:
    traits = [
        sent(services, now, told_of(services, LONG + sign, email=f"sender{number}@example.org")).traits
        for number, sign in enumerate(("", ".", "!", " ", "?"))
    ]
    assert traits == [(), (), (), ("copied",), ("copied",)]


def test_one_person_may_ask_again_in_the_same_words(services, now: datetime) -> None:
    assert [sent(services, now, told_of(services, LONG)).traits for _ in range(6)] == [()] * 6


def test_a_question_may_be_one_of_our_examples(services, now: datetime) -> None:
    asked = []
    for number in range(5):
        answers = told_of(services, f"Something of their own, number {number}.", email=f"sender{number}@example.org")
        answers["questions"]["first"] = "An example of ours that many people take as it is."
        asked.append(sent(services, now, answers).traits)
    assert asked == [()] * 5


def test_the_words_stand_in_no_row_and_are_compared_by_a_keyed_hash(services, now: datetime) -> None:
    case = sent(services, now, told_of(services, LONG))
    with services.database.read() as tx:
        row = tx.one_or_none(select(store.cases).where(store.cases.c.id == case.id))
    assert len(row.text_hash) == 64 and row.text_hash == suspicion.text_hash(services.ring, told_of(services, LONG))
    assert "six months" not in repr(tuple(row))


# -- What becomes of it --------------------------------------------------------------------------------------


@pytest.fixture
def held(services: Any, now: datetime) -> Case:
    """A request that was written in a second."""
    return sent(services, now, took=1)


def test_a_marked_request_is_a_case_all_the_same(services, now: datetime, held: Case) -> None:
    assert held.held_as_suspect and held.stage is Stage.OPENED
    assert to_the_requester(services, held) == ["case_opened"] and to_the_desk(services, held) == []
    with services.database.read() as tx:
        assert store.read_answers(tx, services.keys, held)["condition"]
        assert grants.standing(tx, Purpose.UPLOAD, held.id, now) is not None
        held_line = next(line for line in journal.lines(tx, held.id) if line.event == Event.CASE_HELD)
        assert journal.first_broken(tx) is None
    assert held_line.facts == {"traits": "fast"}


def test_it_stands_in_a_list_of_its_own(services, now: datetime, held: Case) -> None:
    with services.database.transaction() as tx:
        other = a_case(tx, services, now)
    with services.database.read() as tx:
        assert [case.id for case in worklist.read_page(tx, Wanted(), now).cases] == [other.id]
        assert [case.id for case in awaiting.suspects(tx, over=False, limit=10)] == [held.id]
        assert awaiting.suspects(tx, over=True, limit=10) == []
        assert awaiting.count_suspects(tx) == 1


def test_nobody_at_the_desk_is_written_to_while_it_is_held(services, now: datetime, held: Case, monkeypatch) -> None:
    monkeypatch.setattr(records, "all_checked", lambda *_: True)
    with services.database.transaction() as tx:
        assert lifecycle.declare_records_complete(tx, services, held.id, now).stage is Stage.RECORDS_IN
    assert to_the_requester(services, held) == ["case_opened", "records_in"] and to_the_desk(services, held) == []
    with services.database.transaction() as tx:
        lifecycle.free_suspect(tx, services, held.id, "coordinator:1", now)
    assert to_the_desk(services, held) == ["desk_case_opened", "desk_records_in"]


def test_a_real_request_is_a_case_as_any_other_from_then_on(services, now: datetime, held: Case) -> None:
    with services.database.transaction() as tx:
        freed = lifecycle.free_suspect(tx, services, held.id, "coordinator:1", now)
    assert not freed.held_as_suspect and to_the_desk(services, held) == ["desk_case_opened"]
    with services.database.read() as tx:
        assert [case.id for case in worklist.read_page(tx, Wanted(), now).cases] == [held.id]
        assert awaiting.count_suspects(tx) == 0
    with services.database.transaction() as tx:
        assert lifecycle.move_case(tx, services, held.id, Stage.RECORDS_IN, "coordinator:1", now)
    assert Event.CASE_FREED in events(services, held)


def test_abuse_is_declined_without_a_letter_and_kept_as_long_as_any_other(services, now: datetime, held: Case) -> None:
    later = now + timedelta(days=3)
    with services.database.transaction() as tx:
        lifecycle.refuse_suspect(tx, services, held.id, "coordinator:1", later)
    with services.database.read() as tx:
        case = store.case_by_id(tx, held.id)
        assert [each.id for each in awaiting.suspects(tx, over=True, limit=10)] == [held.id]
        assert awaiting.count_suspects(tx) == 0 and not worklist.read_page(tx, Wanted(), now).cases
        assert grants.standing(tx, Purpose.UPLOAD, held.id, later) is None
    assert (case.stage, case.declined_reason, case.held_as_suspect) == (Stage.DECLINED, NOT_TAKEN, True)
    assert case.purge_at - later == held.purge_at - now
    assert to_the_requester(services, held) == ["case_opened"] and to_the_desk(services, held) == []
    assert Event.CASE_REFUSED in events(services, held)


@pytest.mark.parametrize("verb", [lifecycle.free_suspect, lifecycle.refuse_suspect])
def test_only_what_waits_can_be_decided_and_only_once(services, now: datetime, held: Case, verb: Any) -> None:
    with services.database.transaction() as tx:
        verb(tx, services, held.id, "coordinator:1", now)
        free = a_case(tx, services, now)
    for case in (held, free):
        for again in (lifecycle.free_suspect, lifecycle.refuse_suspect):
            with pytest.raises(MoveNotAllowed), services.database.transaction() as tx:
                again(tx, services, case.id, "coordinator:1", now)


@pytest.mark.parametrize(("write", "letters"), [(False, 0), (True, 1)])
def test_a_patient_who_has_to_agree_is_not_written_to_while_it_is_held(
    services, now: datetime, outbox_letters: Any, write: bool, letters: int
) -> None:
    held = sent(services, now, answers_for_another(services), took=1)
    with services.database.transaction() as tx:
        assert not agreeing.ask_again(tx, services, held.id, "requester", now)
        assert not agreeing.ask_again(tx, services, held.id, "coordinator:1", now)
        assert not agreeing.ask_at(tx, services, held.id, "another@example.org", True, now)
        assert not agreeing.send_link_again(tx, services, held.id, now)
    assert outbox_letters("agree") == []
    with services.database.transaction() as tx:
        lifecycle.free_suspect(tx, services, held.id, "coordinator:1", now, write_to_patient=write)
    assert len(outbox_letters("agree")) == letters


def test_what_was_taken_back_waits_for_nobody(services, now: datetime, held: Case) -> None:
    with services.database.transaction() as tx:
        lifecycle.withdraw_case(tx, services, held.id, now)
    with services.database.read() as tx:
        assert awaiting.count_suspects(tx) == 0
        assert [each.id for each in awaiting.suspects(tx, over=True, limit=10)] == [held.id]


def test_no_mark_outlives_the_case(services, now: datetime, held: Case) -> None:
    with services.database.transaction() as tx:
        store.blank(tx, held.id, now)
        row = tx.one_or_none(select(store.cases).where(store.cases.c.id == held.id))
    assert (row.held_as_suspect, row.traits, row.text_hash) == (False, "", None)


def test_letters_to_the_desk_stop_at_one_place(services, now: datetime, held: Case) -> None:
    with services.database.transaction() as tx:
        letters.tell_desk_opened(tx, services, held, now)
        letters.tell_desk_records_in(tx, services, held, now)
    assert to_the_desk(services, held) == []
