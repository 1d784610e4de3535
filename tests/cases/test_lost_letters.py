"""Who is told of a lost letter, who stands in for whom nothing reaches, and what the morning's letter says."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from intake.cases import awaiting, letters, lifecycle, lost_letters, store
from intake.cases.case import Case, Stage
from intake.cases.draft import address_hash
from intake.desk import coordinators
from intake.jobs.digest import digest
from intake.jobs.worker import EVERY_SECONDS, HANDLERS, Worker
from intake.mail import deliveries, outbox
from intake.mail.message import Message
from intake.queue import Job
from intake.services import Services
from tests.builders import a_case
from tests.conftest import StillClock
from tests.visitor import Visitor
from tests.web.desk_visits import a_coordinator

pytestmark = pytest.mark.usefixtures("database")

Outbox = Callable[..., list[Message]]
BASE = "http://localhost:8000/desk"
INES, OMAR = "ines@clinic.example", "omar@clinic.example"
DIGEST = Job("job", "desk_digest", "desk_digest", 1, "worker")


@pytest.fixture
def people(services: Services, new_client: Callable[[], Visitor]) -> list[str]:
    """Ines and Omar, both enrolled; their ids."""
    both = [a_coordinator(services, new_client(), name) for name in ("Ines Probefall", "Omar Testperson")]
    for each in both:
        assert each.enrol().get_json() == {"done": True}
    return [each.who.id for each in both]


def opened(services: Services, *, claimed_by: str | None = None) -> Case:
    with services.database.transaction() as tx:
        case = a_case(tx, services, services.clock())
        if claimed_by:
            lifecycle.claim_case(tx, case.id, claimed_by, services.clock())
    return case


def lose(services: Services, kind: str, case: Case | None = None, code: str = "blocked") -> str:
    """The newest letter of a kind is given up."""
    table = outbox.letters
    wanted = (table.c.letter == kind, table.c.case_id == (case.id if case else None), table.c.state == "queued")
    with services.database.transaction() as tx:
        letter_id = tx.scalar(select(table.c.id).where(*wanted).limit(1))
        outbox.mark_dead(tx, letter_id, code, services.clock())
    return letter_id


def suppress(services: Services, address: str) -> None:
    with services.database.transaction() as tx:
        deliveries.suppress(tx, address_hash(services.keys, address), "bounced", services.clock())


def test_whoever_has_the_case_is_told_of_its_lost_letter_once_a_day(
    services: Services, people: list[str], outbox_letters: Outbox, still_clock: StillClock
) -> None:
    case = opened(services, claimed_by=people[1])
    lose(services, "case_opened", case)
    Worker(services).run_until_idle()
    (told,) = outbox_letters("desk_letter_lost")
    assert told.to == OMAR and case.reference in told.subject and f"/desk/cases/{case.id}" in told.text
    with services.database.transaction() as tx:
        letters.send_new_case_link(tx, services, case, services.clock())
    lose(services, "link_again", case)
    Worker(services).run_until_idle()
    assert len(outbox_letters("desk_letter_lost")) == 1
    still_clock.advance(days=1, seconds=1)
    with services.database.transaction() as tx:
        letters.send_new_case_link(tx, services, case, services.clock())
    lose(services, "link_again", case)
    Worker(services).run_until_idle()
    assert len(outbox_letters("desk_letter_lost")) == 2


def test_a_letter_about_a_lost_letter_makes_no_other(
    services: Services, people: list[str], outbox_letters: Outbox, still_clock: StillClock
) -> None:
    case = opened(services, claimed_by=people[0])
    with services.database.transaction() as tx:
        letters.tell_desk_lost(tx, services, store.case_by_id(tx, case.id), services.clock())
    lose(services, "desk_letter_lost", case)
    still_clock.advance(days=1, seconds=1)
    Worker(services).run_until_idle()
    assert len(outbox_letters("desk_letter_lost")) == 1


def test_letters_for_whom_nothing_reaches_go_to_the_others(
    services: Services, people: list[str], outbox_letters: Outbox
) -> None:
    suppress(services, INES)
    case = opened(services, claimed_by=people[0])
    with services.database.transaction() as tx:
        letters.tell_desk_records_in(tx, services, store.case_by_id(tx, case.id), services.clock())
        assert lost_letters.cut_off(tx, services) == ["Ines Probefall"]
    assert [each.to for each in outbox_letters("desk_records_in")] == [OMAR]


def test_when_nobody_at_the_desk_can_be_reached_the_operators_mailbox_is(
    services: Services, people: list[str], outbox_letters: Outbox
) -> None:
    for address in (INES, OMAR):
        suppress(services, address)
    opened(services)
    assert [each.to for each in outbox_letters("desk_case_opened")] == [services.operator.contact.coordinators_mailbox]


def test_a_bounce_of_a_coordinators_letter_reaches_the_alternate(
    services: Services, people: list[str], outbox_letters: Outbox
) -> None:
    case = opened(services, claimed_by=people[0])
    with services.database.transaction() as tx:
        letters.tell_desk_records_in(tx, services, store.case_by_id(tx, case.id), services.clock())
    suppress(services, INES)  # what the event does in the same transaction
    lose(services, "desk_records_in", case, "bounced")
    Worker(services, {"letter_lost": HANDLERS["letter_lost"]}).run_until_idle()  # the folder takes whatever comes
    assert [each.to for each in outbox_letters("desk_letter_lost")] == [OMAR]


def test_a_lost_invitation_is_told_to_the_desk_and_a_lost_letter_of_a_draft_to_nobody(
    services: Services, people: list[str], outbox_letters: Outbox
) -> None:
    with services.database.transaction() as tx:
        for address, language in letters.desk_addresses(tx, services, None, services.clock())[:1]:
            letters.to_coordinator(tx, services, "desk_call_me", address, language, services.clock(), link=BASE)
    lose(services, "desk_call_me")
    Worker(services).run_until_idle()
    told = outbox_letters("desk_letter_lost")
    assert {each.to for each in told} == {INES, OMAR} and all("/desk/letters" in each.text for each in told)
    with services.database.transaction() as tx:
        message = services.letters.compose("confirm_address", "en", "new@example.org", link=BASE, link_days=3)
        outbox.put(tx, services.keys, message, services.clock(), owner=None)
    lose(services, "confirm_address")
    Worker(services).run_until_idle()
    assert len(outbox_letters("desk_letter_lost")) == 2


def test_nobody_is_told_of_a_held_request_or_of_a_case_that_is_gone(
    services: Services, people: list[str], outbox_letters: Outbox
) -> None:
    case, other = opened(services), opened(services)
    with services.database.transaction() as tx:
        store.change(tx, case.id, held_as_suspect=True)
        tx.execute(update(outbox.letters).where(outbox.letters.c.case_id == other.id).values(case_id="gone"))
    lose(services, "case_opened", case)
    with services.database.transaction() as tx:
        gone = tx.scalar(select(outbox.letters.c.id).where(outbox.letters.c.case_id == "gone").limit(1))
        outbox.mark_dead(tx, gone, "blocked", services.clock())
    Worker(services).run_until_idle()
    assert outbox_letters("desk_letter_lost") == []


def test_a_reader_who_reported_spam_gets_no_letter_that_a_stranger_can_ask_for(
    services: Services, outbox_letters: Outbox
) -> None:
    case = opened(services)
    address = outbox_letters("case_opened")[0].to
    with services.database.transaction() as tx:
        deliveries.suppress(tx, address_hash(services.keys, address), "spam_report", services.clock())
        letters.send_new_case_link(tx, services, case, services.clock())
    assert outbox_letters("link_again") == []


def at(services: Services, still_clock: StillClock, hour: int, day: int = 1) -> None:
    """The round at this hour of this day, in London, where the example's operator is; in winter that is UTC."""
    still_clock.advance(to=datetime(2026, 3, 10, hour, 5, tzinfo=services.clock().tzinfo) + timedelta(days=day))
    digest(services, DIGEST)


def test_the_morning_says_what_nobody_opened_what_is_late_and_what_was_lost_once_a_day(
    services: Services, people: list[str], outbox_letters: Outbox, still_clock: StillClock
) -> None:
    mine, nobodys = opened(services, claimed_by=people[0]), opened(services)
    with services.database.transaction() as tx:
        late = a_case(tx, services, services.clock(), stage=Stage.RECORDS_IN)
    lose(services, "case_opened", nobodys)
    at(services, still_clock, 6, day=4)
    assert outbox_letters("desk_digest") == []
    for hour in (7, 8, 11):
        at(services, still_clock, hour, day=4)
    said = {each.to: " ".join(each.text.split()) for each in outbox_letters("desk_digest")}
    assert set(said) == {INES, OMAR} and len(outbox_letters("desk_digest")) == 2
    assert "3 cases that nobody has opened yet. 1 case that is later than we said. 1 letter that did" in said[INES]
    assert "2 cases that nobody has opened yet." in said[OMAR]
    for case in (mine, nobodys, late):
        assert case.reference not in said[INES]
    at(services, still_clock, 7, day=5)
    assert len(outbox_letters("desk_digest")) == 4


def test_what_one_of_us_has_opened_is_off_the_list_and_a_quiet_morning_has_no_letter(
    services: Services, people: list[str], outbox_letters: Outbox, still_clock: StillClock
) -> None:
    case = opened(services)
    with services.database.read() as tx:
        assert [each.id for each in awaiting.unopened(tx, 10)] == [case.id]
        assert awaiting.unopened(tx, 0) == []
    read(services, case)
    with services.database.read() as tx:
        assert awaiting.unopened(tx, 10) == []
    at(services, still_clock, 7)
    assert outbox_letters("desk_digest") == []


def test_what_waits_for_somebody_who_is_away_is_told_to_who_stands_in(
    services: Services, people: list[str], outbox_letters: Outbox, still_clock: StillClock
) -> None:
    ines, omar = people
    hers = opened(services, claimed_by=ines)
    with services.database.transaction() as tx:
        waits = a_case(tx, services, services.clock(), stage=Stage.RECORDS_IN)
        store.claim(tx, waits.id, ines)
        coordinators.set_away(tx, ines, services.clock(), None, omar, services.clock())
    for case in (hers, waits):
        read(services, case)
    at(services, still_clock, 7)
    (letter,) = outbox_letters("desk_digest")
    assert letter.to == OMAR and "1 case that waits for somebody who is away, while you stand in." in letter.text
    at(services, still_clock, 7, day=6)
    last = " ".join(outbox_letters("desk_digest")[-1].text.split())
    assert outbox_letters("desk_digest")[-1].to == OMAR and "1 case that is later than we said." in last
    with services.database.transaction() as tx:
        coordinators.set_away(tx, ines, None, None, None, services.clock())
    at(services, still_clock, 7, day=7)
    assert [each.to for each in outbox_letters("desk_digest")][-1] == INES


def read(services: Services, case: Case) -> None:
    """Somebody at the desk opened the page of the case."""
    with services.database.transaction() as tx:
        store.note_read(tx, case.id, services.clock())


def test_no_digest_is_written_in_the_afternoon(
    services: Services, people: list[str], outbox_letters: Outbox, still_clock: StillClock
) -> None:
    opened(services)
    at(services, still_clock, 12)
    assert outbox_letters("desk_digest") == []


def test_the_worker_makes_the_round_every_hour() -> None:
    assert EVERY_SECONDS["desk_digest"] == 3600 and HANDLERS["desk_digest"] is digest
