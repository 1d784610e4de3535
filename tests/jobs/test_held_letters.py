"""After contact was stopped no letter about the case leaves, by whatever path; nor one to an address that was left."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from intake.cases import at_desk, letters, store
from intake.cases.case import Case
from intake.jobs.letter_lost import letter_lost
from intake.jobs.send_mail import send_mail
from intake.jobs.worker import Worker
from intake.mail import deliveries, outbox
from intake.mail.events import Delivery
from intake.services import Services
from tests.builders import a_case, answers_for_another
from tests.jobs.conftest import ScriptedSender

pytestmark = pytest.mark.usefixtures("database")
DESK = "coordinator:x"


@pytest.fixture
def sender(services: Services) -> ScriptedSender:
    """Everything that left."""
    return ScriptedSender(tells_delivery=True)


@pytest.fixture
def worker(services: Services, sender: ScriptedSender) -> Worker:
    """A worker that sends letters, and tells of lost ones."""
    object.__setattr__(services, "sender", sender)
    return Worker(services, {"send_mail": send_mail, "letter_lost": letter_lost})


@pytest.fixture
def case(services: Services, now: Any) -> Case:
    """A case of a daughter for her father, with a letter to each of them."""
    with services.database.transaction() as tx:
        return a_case(tx, services, now, answers=answers_for_another(services))


def theirs(services: Services, case: Case) -> dict[str, Any]:
    """The rows of the letters to requester and patient, by letter."""
    table = outbox.letters
    with services.database.read() as tx:
        return {row.letter: row for row in tx.all(select(table).where(table.c.role != "coordinator"))}


def stop(services: Services, case: Case, now: Any) -> None:
    with services.database.transaction() as tx:
        at_desk.stop_contact(tx, case.id, DESK, now)


def left(sender: ScriptedSender) -> list[str]:
    """Which letters to requester and patient left."""
    return [message.letter for _, message in sender.sent if not message.letter.startswith("desk_")]


def replay_all(services: Services, case: Case, now: Any) -> int:
    ids = [row.id for row in theirs(services, case).values()]
    with services.database.transaction() as tx:
        return deliveries.replay(tx, ids, now, actor=DESK)


def set_all(services: Services, **values: Any) -> None:
    table = outbox.letters
    with services.database.transaction() as tx:
        tx.execute(table.update().where(table.c.role != "coordinator").values(**values))


@pytest.mark.parametrize("state", ["queued", "dead"])
def test_what_had_not_left_is_kept_and_never_leaves(services, worker, sender, case, now, state) -> None:
    set_all(services, state=state)
    stop(services, case, now)
    assert {row.state for row in theirs(services, case).values()} == {outbox.HELD}, "nothing is thrown away"
    assert replay_all(services, case, now) == 0
    worker.run_until_idle()
    assert left(sender) == []
    with services.database.read() as tx:
        assert outbox.undelivered(tx, now, case_id=case.id) == [] and outbox.put_for(tx, case.id, "requester") == []


def test_what_left_and_is_overdue_is_not_sent_once_more(services, worker, sender, case, still_clock) -> None:
    worker.run_until_idle()
    assert sorted(left(sender)) == ["agree", "case_opened"]
    sender.sent.clear()
    stop(services, case, still_clock.advance(hours=1))
    later = still_clock.advance(hours=8)
    with services.database.read() as tx:
        wanting = outbox.undelivered(tx, later, case_id=case.id)
    assert {each.role for each in wanting} == {"coordinator"}, "nobody is asked to reach them in another way"
    replay_all(services, case, later)
    worker.run_until_idle()
    assert left(sender) == [] and {row.state for row in theirs(services, case).values()} == {outbox.HELD}


def test_a_letter_that_comes_back_afterwards_troubles_nobody(services, worker, sender, case, now) -> None:
    worker.run_until_idle()
    stop(services, case, now + timedelta(minutes=1))
    sender.sent.clear()
    set_all(services, state="dead", delivery=Delivery.BOUNCED.value)
    with services.database.transaction() as tx:
        outbox.put_lost(tx, theirs(services, case)["case_opened"].id, now)
    worker.run_until_idle()
    assert sender.sent == []


def test_a_link_that_somebody_asks_for_then_does_leave(services, worker, sender, case, now) -> None:
    stop(services, case, now)
    with services.database.transaction() as tx:
        letters.send_new_case_link(tx, services, store.case_by_id(tx, case.id), now)
    worker.run_until_idle()
    assert left(sender) == ["link_again"]


def test_once_allowed_again_only_what_is_written_from_then_on_leaves(services, worker, sender, case, now) -> None:
    stop(services, case, now)
    with services.database.transaction() as tx:
        resumed = at_desk.resume_contact(tx, case.id, DESK, now)
        letters.tell_stage(tx, services, resumed, now)
    assert replay_all(services, case, now) == 0
    worker.run_until_idle()
    assert left(sender) == ["stage_changed"]


def test_nothing_more_goes_to_an_address_that_was_left_but_the_word_of_it(services, worker, sender, case, now) -> None:
    with services.database.transaction() as tx:
        seen = services.ring.hash("seen", store.read_address(tx, services.keys, case))
        contact = {"email": "another@example.org", "phone": ""}
        at_desk.change_contact(tx, services, case.id, contact, seen, DESK, now)
    worker.run_until_idle()
    assert sorted(left(sender)) == ["agree", "contact_here", "contact_left"], "the patient’s own letter leaves"
    set_all(services, delivery=Delivery.DEFERRED.value)
    assert theirs(services, case)["case_opened"].state == outbox.HELD
    table = outbox.letters
    with services.database.transaction() as tx:
        tx.execute(table.update().where(table.c.letter == "case_opened").values(state="sent"))
    sender.sent.clear()
    replay_all(services, case, now)
    worker.run_until_idle()
    assert "case_opened" not in left(sender)
