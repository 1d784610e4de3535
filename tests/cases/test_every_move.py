"""Every stage, whoever's turn it is, every act of every actor: what is legal works, what is not changes nothing.

What is legal is said here once more, in words of its own, and compared with what the verbs do: for each situation by
itself, and along ways that nobody thought of.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from intake.cases import at_desk, conversation, lifecycle, notes, retention, stays, store, talking
from intake.cases.case import Case, Stage, Turn
from intake.cases.conversation import Message
from intake.db import Tx
from intake.desk import coordinators
from intake.errors import CaseNotFound, CaseTaken, KeyGone, MoveNotAllowed, NotYours
from intake.journal import journal
from intake.links.grants import grants
from intake.mail.outbox import letters
from intake.services import Services
from tests.builders import WAY, a_case

pytestmark = pytest.mark.usefixtures("database")
REFUSED = (MoveNotAllowed, NotYours, CaseTaken, KeyGone, CaseNotFound)
OPEN = (Stage.OPENED, Stage.RECORDS_IN, Stage.WITH_SPECIALIST)
ALIVE = (*OPEN, Stage.REPORTED)
AHEAD = {
    (Stage.OPENED, Stage.RECORDS_IN), (Stage.RECORDS_IN, Stage.WITH_SPECIALIST),
    (Stage.WITH_SPECIALIST, Stage.REPORTED), (Stage.REPORTED, Stage.CLOSED),
}  # fmt: skip
DESK, NEVER_HERE = "coordinator:test", "nothing-like-this"


@dataclass(frozen=True)
class Now:
    """A case as it stands, and what waits in it."""

    case: Case
    question: Message | None
    word: Message | None

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        return self.case.stage

    @property
    def free(self) -> bool:
        """Whether no rule holds it apart."""
        return not self.case.held_as_suspect

    @property
    def may_write(self) -> bool:
        """Whether the desk may write to the requester."""
        return self.stage in ALIVE and self.free and self.case.contact_stopped_at is None


Verb = Callable[[Tx, Services, Now, datetime], object]
Legal = Callable[[Now], bool]


def _move(to: Stage) -> tuple[Legal, Verb]:
    def act(tx: Tx, house: Services, at: Now, now: datetime) -> object:
        lifecycle.need_free(tx, at.case.id)
        return lifecycle.move_case(tx, house, at.case.id, to, DESK, now)

    over = to is Stage.WITHDRAWN
    return (lambda at: at.free and ((at.stage, to) in AHEAD or (over and at.stage in ALIVE))), act


def _decline(tx: Tx, house: Services, at: Now, now: datetime) -> object:
    lifecycle.need_free(tx, at.case.id)
    return lifecycle.decline_case(tx, house, at.case.id, "other", "Ask your own hospital.", DESK, now)


def _contact(tx: Tx, house: Services, at: Now, now: datetime) -> object:
    seen = house.ring.hash("seen", "demonstration@example.org")
    return at_desk.change_contact(tx, house, at.case.id, {"email": "", "phone": "+441632960000"}, seen, DESK, now)


def _id(message: Message | None) -> str:
    return message.id if message else NEVER_HERE


NOTE = ("0" * 32, notes.NoteKind.NOTE, "Spoke with a colleague.", DESK)
ACTS: dict[str, tuple[Legal, Verb]] = {
    f"the desk moves it to {stage}": _move(stage) for stage in Stage if stage not in (Stage.DECLINED, Stage.ERASED)
} | {
    "the desk declines": (lambda at: at.free and at.stage in OPEN, _decline),
    "the requester withdraws": (
        lambda at: at.stage in ALIVE, lambda tx, house, at, now: lifecycle.withdraw_case(tx, house, at.case.id, now)
    ),
    "the requester has sent everything": (
        lambda at: at.stage in OPEN and at.case.records_declared_at is None,
        lambda tx, house, at, now: lifecycle.declare_records_complete(tx, house, at.case.id, now),
    ),
    "somebody claims it": (
        lambda at: at.free and at.stage is not Stage.ERASED and at.case.coordinator_id is None,
        lambda tx, house, at, now: lifecycle.claim_case(tx, at.case.id, "test", now),
    ),
    "it is given to a colleague": (
        lambda at: at.free and at.stage is not Stage.ERASED and at.case.coordinator_id != colleague(at),
        lambda tx, house, at, now: at_desk.assign_case(
            tx, house, at.case.id, enrolled(tx, house), at.case.coordinator_id, DESK, now
        ),
    ),
    "a note is written": (
        lambda at: at.stage is not Stage.ERASED,
        lambda tx, house, at, now: notes.write_note(tx, house.keys, at.case.id, *NOTE, now),
    ),
    "it goes on without some records": (
        lambda at: at.free and at.stage in (Stage.OPENED, Stage.RECORDS_IN),
        lambda tx, house, at, now: at_desk.go_on_without(tx, house, at.case.id, ["scan"], "No scan.", DESK, now),
    ),
    "the desk asks": (
        lambda at: at.may_write,
        lambda tx, house, at, now: talking.ask_requester(tx, house, at.case.id, "Which came first?", 7, DESK, now),
    ),
    "the desk writes": (
        lambda at: at.may_write,
        lambda tx, house, at, now: talking.write_to_requester(tx, house, at.case.id, "We are at it.", DESK, now),
    ),
    "the requester answers": (
        lambda at: at.stage in ALIVE and at.question is not None,
        lambda tx, house, at, now: talking.answer_question(tx, house, at.case.id, _id(at.question), "Both.", now),
    ),
    "the requester writes": (
        lambda at: at.stage in ALIVE,
        lambda tx, house, at, now: talking.write_to_desk(tx, house, at.case.id, "When will it be?", now),
    ),
    "a message needs no answer": (
        lambda at: at.stage in ALIVE and at.word is not None,
        lambda tx, house, at, now: talking.settle_message(tx, house, at.case.id, _id(at.word), DESK, now),
    ),
    "contact is stopped": (
        lambda at: at.stage is not Stage.ERASED and at.case.contact_stopped_at is None,
        lambda tx, house, at, now: at_desk.stop_contact(tx, at.case.id, DESK, now),
    ),
    "contact is taken up again": (
        lambda at: at.stage is not Stage.ERASED and at.case.contact_stopped_at is not None,
        lambda tx, house, at, now: at_desk.resume_contact(tx, at.case.id, DESK, now),
    ),
    "a suspect is freed": (
        lambda at: not at.free and at.stage in OPEN,
        lambda tx, house, at, now: lifecycle.free_suspect(tx, house, at.case.id, DESK, now),
    ),
    "a suspect is refused": (
        lambda at: not at.free and at.stage in OPEN,
        lambda tx, house, at, now: lifecycle.refuse_suspect(tx, house, at.case.id, DESK, now),
    ),
    "somebody is reached in another way": (lambda at: at.free and at.stage in ALIVE, _contact),
}  # fmt: skip


def enrolled(tx: Tx, house: Services) -> str:
    """The one colleague there is."""
    return coordinators.enrolled(tx, house.keys)[0].id


def colleague(at: Now) -> str:
    """The colleague, as a case knows her: nobody else is ever given one, and who claims is called "test"."""
    return at.case.coordinator_id if at.case.coordinator_id not in (None, "test") else ""


def look(services: Services, case_id: str) -> Now:
    """The case as it stands now."""
    with services.database.read() as tx:
        case = store.case_by_id(tx, case_id)
        try:
            said = [each for each in conversation.messages_of(tx, services.keys, case) if each.waits]
        except KeyGone:
            said = []
    ours, theirs = [each for each in said if each.ours], [each for each in said if not each.ours]
    return Now(case, ours[0] if ours else None, theirs[0] if theirs else None)


def everything(tx: Tx, case_id: str) -> dict[str, list[object]]:
    """Every row that has to do with a case."""
    asked = {
        "case": select(store.cases).where(store.cases.c.id == case_id),
        "journal": select(journal).where(journal.c.subject == case_id).order_by(journal.c.number),
        "letters": select(letters).where(letters.c.case_id == case_id).order_by(letters.c.id),
        "talk": select(conversation.messages).where(conversation.messages.c.case_id == case_id),
        "notes": select(notes.notes).where(notes.notes.c.case_id == case_id),
        "stays": select(stays.stays).where(stays.stays.c.case_id == case_id),
        "grants": select(grants).where(grants.c.subject == case_id).order_by(grants.c.id),
    }
    return {name: list(tx.all(rows)) for name, rows in asked.items()}


def rows_of(services: Services, case_id: str) -> dict[str, list[object]]:
    """The same, as it was committed."""
    with services.database.read() as tx:
        return everything(tx, case_id)


class TakenBack(Exception):
    """What was tried is to be undone."""


def try_act(services: Services, name: str, at: Now, now: datetime, *, keep: bool) -> None:
    """Do it, and see that it was done if it is legal, and that nothing is otherwise."""
    legal, verb = ACTS[name]
    before, wished = rows_of(services, at.case.id), legal(at)
    try:
        with services.database.transaction() as tx:
            said = verb(tx, services, at, now)
            if wished:
                done = tx.pending.get("journal") or everything(tx, at.case.id) != before
                assert said is not False and done, f"{name} changed nothing at {at.stage}"
            if wished and not keep:
                raise TakenBack
    except REFUSED as refused:
        assert not wished, f"{name} was refused at {at.stage}: {refused.code}"
    except TakenBack:
        pass
    if not wished:
        assert rows_of(services, at.case.id) == before, f"{name} changed something at {at.stage}"


def a_situation(services: Services, stage: Stage, more: str, now: datetime) -> Now:
    """A case at a stage; `more` says what else is so."""
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, stage=Stage.WITHDRAWN if stage is Stage.ERASED else stage)
        if more == "asked":
            talking.ask_requester(tx, services, case.id, "Which came first?", 7, DESK, now)
        elif more == "wrote":
            talking.write_to_desk(tx, services, case.id, "When will it be?", now)
        elif more == "stopped":
            at_desk.stop_contact(tx, case.id, DESK, now)
        elif more == "held":
            store.change(tx, case.id, held_as_suspect=True)
        elif more == "claimed":
            assert lifecycle.claim_case(tx, case.id, "test", now)
        if stage is Stage.ERASED:
            store.change(tx, case.id, purge_at=now - timedelta(days=1))
    if stage is Stage.ERASED:
        retention.purge(services.database, services.keys, services.vault, now)
    return look(services, case.id)


SITUATIONS = [
    *((stage, more) for stage in (*WAY, Stage.ERASED) for more in ("plain", "claimed")),
    *((stage, "stopped") for stage in WAY),
    *((stage, more) for stage in ALIVE for more in ("asked", "wrote")),
    *((stage, "held") for stage in (Stage.OPENED, Stage.RECORDS_IN, Stage.DECLINED)),
]


@pytest.fixture
def house(services, now) -> Services:
    """The services, with somebody at the desk."""
    with services.database.transaction() as tx:
        ines = coordinators.invite(tx, services.keys, services.ring, "Ines", "ines@clinic.example", "en", now)
        coordinators.mark_enrolled(tx, ines.id, now)
    return services


def test_every_act_works_where_it_is_legal_and_changes_nothing_elsewhere(house, now) -> None:
    tried = {True: 0, False: 0}
    for stage, more in SITUATIONS:
        at = a_situation(house, stage, more, now)
        assert at.stage is stage
        for name, (legal, _) in ACTS.items():
            try_act(house, name, at, now, keep=False)
            tried[legal(at)] += 1
    assert tried[True] > 150 and tried[False] > 250, tried


@given(way=st.lists(st.sampled_from(sorted(ACTS)), min_size=4, max_size=14))
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_along_any_way_the_same_holds_and_somebody_has_a_turn_and_a_date(house, now, way: list[str]) -> None:
    with house.database.transaction() as tx:
        case = a_case(tx, house, now)
    for number, name in enumerate(way):
        at = look(house, case.id)
        with house.database.transaction() as tx:  # a note is kept under the id of its page: each page has another
            tx.execute(notes.notes.delete())
        try_act(house, name, at, now + timedelta(minutes=number), keep=True)
        stands = look(house, case.id).case
        assert (stands.turn is Turn.NOBODY) == (stands.stage not in ALIVE) == (stands.due_at is None)
