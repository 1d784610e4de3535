"""What coordinators do with a case: one of two wins, what is stopped stays silent, what is missing is written down."""

import threading
from datetime import timedelta

import pytest

from intake import journal
from intake.cases import at_desk, letters, lifecycle, silence, store
from intake.cases.case import Stage, Turn
from intake.desk import coordinators
from intake.errors import CaseTaken, MoveNotAllowed, ReasonMissing
from intake.journal import Event
from intake.mail import outbox
from tests.builders import a_case, answers_for_another

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def team(services, now) -> list[str]:
    """Three who can sign in."""
    with services.database.transaction() as tx:
        made = [
            coordinators.invite(tx, services.keys, services.ring, name, f"{name}@clinic.example", "en", now).id
            for name in ("ines", "omar", "lena")
        ]
        for one in made:
            coordinators.mark_enrolled(tx, one, now)
    return made


@pytest.fixture
def case(services, now):
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


def read(services, case):
    with services.database.read() as tx:
        return store.case_by_id(tx, case.id)


def told(services, case, event):
    with services.database.read() as tx:
        return [line.facts for line in journal.lines(tx, case.id) if line.event == event]


def assign(services, case, to, seen, by, now):
    with services.database.transaction() as tx:
        return at_desk.assign_case(tx, services, case.id, to, seen, coordinators.actor(by), now)


def test_a_case_is_handed_on_and_the_next_gets_a_letter_of_it_alone(services, now, team, case, outbox_letters) -> None:
    ines, omar, _ = team
    assign(services, case, ines, None, ines, now)
    assert outbox_letters("desk_case_assigned") == [], "who takes it knows it"
    assign(services, case, omar, ines, ines, now)
    assert read(services, case).coordinator_id == omar
    (letter,) = outbox_letters("desk_case_assigned")
    assert letter.to == "omar@clinic.example" and case.reference in letter.subject
    assign(services, case, None, omar, omar, now)
    assert read(services, case).coordinator_id is None
    assert told(services, case, Event.CASE_ASSIGNED) == [
        {"to": ines, "instead_of": "nobody"}, {"to": omar, "instead_of": ines}, {"to": "nobody", "instead_of": omar},
    ]  # fmt: skip


def test_who_saw_another_owner_changes_nothing(services, now, team, case) -> None:
    ines, omar, lena = team
    assign(services, case, ines, None, ines, now)
    for seen in (None, omar, "somebody"):
        with pytest.raises(CaseTaken):
            assign(services, case, lena, seen, lena, now)
    assert read(services, case).coordinator_id == ines and len(told(services, case, Event.CASE_ASSIGNED)) == 1


def test_nobody_gets_a_case_who_cannot_sign_in(services, now, team, case) -> None:
    with services.database.transaction() as tx:
        invited = coordinators.invite(tx, services.keys, services.ring, "New", "new@clinic.example", "en", now).id
        coordinators.close_account(tx, team[2], now)
    for one in (invited, team[2], "nobody-at-all"):
        with pytest.raises(MoveNotAllowed):
            assign(services, case, one, None, team[0], now)
    assert read(services, case).coordinator_id is None


def test_of_many_who_take_it_at_once_one_has_it(services, now, team, case) -> None:
    start, ended = threading.Barrier(6), []

    def take(who: str) -> None:
        start.wait()
        try:
            assign(services, case, who, None, who, now)
            ended.append(who)
        except CaseTaken:
            ended.append("")

    threads = [threading.Thread(target=take, args=(who,)) for who in team * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [who for who in ended if who]
    assert read(services, case).coordinator_id == winner and len(told(services, case, Event.CASE_ASSIGNED)) == 1


def test_going_on_without_records_writes_down_what_cannot_be_said(services, now, case, outbox_letters) -> None:
    words = "Without the scan itself nobody can measure anew."
    with services.database.transaction() as tx:
        went = at_desk.go_on_without(tx, services, case.id, ["scan-files"], words, "coordinator:x", now)
    assert went.stage is Stage.RECORDS_IN and went.turn is Turn.COORDINATOR
    with services.database.read() as tx:
        assert store.read_gaps(tx, services.keys, went) == {"items": ["scan-files"], "text": words}
        raw = tx.scalar(store.cases.select().with_only_columns(store.cases.c.gaps))
    assert b"measure" not in raw and told(services, case, Event.CASE_GOES_ON) == [{"missing": 1}]
    assert len(outbox_letters("records_in")) == 1
    with services.database.transaction() as tx:  # mended while nobody has read it
        at_desk.go_on_without(tx, services, case.id, [], "Other words.", "coordinator:x", now)
        lifecycle.move_case(tx, services, case.id, Stage.WITH_SPECIALIST, "coordinator:x", now)
    with services.database.transaction() as tx, pytest.raises(MoveNotAllowed):
        at_desk.go_on_without(tx, services, case.id, [], "Too late.", "coordinator:x", now)


def test_going_on_needs_words(services, now, case) -> None:
    with services.database.transaction() as tx, pytest.raises(ReasonMissing):
        at_desk.go_on_without(tx, services, case.id, [], "  ", "coordinator:x", now)
    assert read(services, case).stage is Stage.OPENED


def theirs(services, case) -> list[str]:
    """The letters of a case to requester and patient that left or may leave."""
    table = outbox.letters
    with services.database.read() as tx:
        mine = (table.c.case_id == case.id, table.c.role != "coordinator", table.c.state != outbox.HELD)
        rows = tx.all(table.select().where(*mine))
    return sorted(row.letter for row in rows)


def test_after_contact_was_stopped_nobody_of_theirs_hears_of_us(services, now, still_clock, outbox_letters) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, answers=answers_for_another(services))
    assert theirs(services, case) == ["agree", "case_opened"]
    with services.database.transaction() as tx:
        stopped = at_desk.stop_contact(tx, case.id, "coordinator:x", now)
    assert theirs(services, case) == [], "what had not left stays here"
    assert (stopped.turn, stopped.due_at) == (Turn.COORDINATOR, now + timedelta(days=3))
    with services.database.transaction() as tx:
        assert not letters.ask_patient(tx, services, stopped, "patient@example.org", now)
        letters.remind_of_records(tx, services, stopped, 7, now, now)
        letters.tell_stage(tx, services, stopped, now)
        lifecycle.move_case(tx, services, case.id, Stage.RECORDS_IN, "coordinator:x", now)
        lifecycle.decline_case(tx, services, case.id, "other", "Nowhere.", "coordinator:x", now)
        at_desk.stop_contact(tx, case.id, "coordinator:x", now)
    assert theirs(services, case) == [] and len(told(services, case, Event.CONTACT_STOPPED)) == 1
    assert silence.waits(stopped) is False
    assert outbox_letters("desk_records_in"), "the desk still hears of its cases"


def test_a_turn_that_would_be_the_patients_stays_ours_while_contact_is_stopped(services, now) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, stage=Stage.WITH_SPECIALIST)
        at_desk.stop_contact(tx, case.id, "coordinator:x", now)
        assert store.case_by_id(tx, case.id).turn is Turn.SPECIALIST
        case = lifecycle.move_case(tx, services, case.id, Stage.REPORTED, "coordinator:x", now)
    assert (case.turn, case.due_at) == (Turn.COORDINATOR, now + timedelta(days=3))


def test_what_was_stopped_by_mistake_can_be_allowed_again(services, now, case) -> None:
    with services.database.transaction() as tx:
        at_desk.stop_contact(tx, case.id, "coordinator:x", now)
        case = at_desk.resume_contact(tx, case.id, "coordinator:x", now)
        letters.tell_stage(tx, services, case, now)
    assert theirs(services, case) == ["stage_changed"]
    with services.database.transaction() as tx, pytest.raises(MoveNotAllowed):
        at_desk.resume_contact(tx, case.id, "coordinator:x", now)


def test_whoever_asks_for_a_new_link_gets_one_even_then(services, now, case) -> None:
    with services.database.transaction() as tx:
        case = at_desk.stop_contact(tx, case.id, "coordinator:x", now)
        letters.send_new_case_link(tx, services, case, now)
    assert theirs(services, case) == ["link_again"]
