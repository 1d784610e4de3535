"""The mail provider is down, full, slow or confused for two days: no letter is lost, none moves back, and the desk sees
each that did not arrive. A server that speaks SendGrid's API, and signs its events with a real key.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from intake import commands, journal
from intake.app import create_app
from intake.cases.case import Case
from intake.jobs.worker import Worker
from intake.mail import outbox
from intake.mail.envelope import Letterhead
from intake.mail.events import Delivery
from intake.mail.sendgrid_sender import SendGridSender
from intake.services import Services
from tests.builders import a_case
from tests.components.fake_sendgrid import HANG, Answer, FakeSendGrid, sendgrid  # noqa: F401  # a fixture
from tests.components.sendgrid_events import Signer, an_event
from tests.conftest import StillClock
from tests.visitor import Visitor
from tests.web.desk_visits import AtTheDesk, a_signed_in_coordinator

pytestmark = pytest.mark.usefixtures("database")

CASES = 3
LETTERHEAD = Letterhead("intake@example.org", "Our Service", "desk@example.org")


@pytest.fixture
def signer() -> Signer:
    """SendGrid's key."""
    return Signer()


@pytest.fixture
def house(services: Services, sendgrid: FakeSendGrid, signer: Signer) -> Services:  # noqa: F811
    """A house whose letters go to the server of this test, and that hears its events."""
    sender = SendGridSender("SG.key", sendgrid.host, LETTERHEAD, timeout=1, tells_delivery=True)
    return replace(services, sender=sender, settings=replace(services.settings, sendgrid_events_key=signer.shown))


@pytest.fixture
def visitor(house: Services) -> Visitor:
    """Somebody at the address of this house."""
    app = create_app(house)
    app.testing, app.test_client_class = False, Visitor
    found = app.test_client()
    found.base_url = house.settings.base_url
    return found


@pytest.fixture
def cases(house: Services, now: datetime) -> list[Case]:
    """Some cases: each with a letter to its requester and one to the desk."""
    with house.database.transaction() as tx:
        return [a_case(tx, house, now) for _ in range(CASES)]


def letters(house: Services) -> list[Any]:
    """Every letter's row but those about lost letters."""
    with house.database.read() as tx:
        mine = outbox.letters.c.letter.not_in(("desk_letter_lost", "desk_digest"))
        return list(tx.all(select(outbox.letters).where(mine).order_by(outbox.letters.c.id)))


def hours_pass(
    house: Services, still_clock: StillClock, hours: float, answers: Callable[[], None] = lambda: None
) -> None:
    """Half an hour by half an hour, with the worker at work and a provider that answers as it is told each time."""
    worker = Worker(house)
    for _ in range(round(hours * 2)):
        answers()
        worker.run_until_idle()
        still_clock.advance(minutes=30)


def accepted_ids(server: FakeSendGrid) -> list[str]:
    return [body["custom_args"]["letter_id"] for body in server.bodies]


def test_a_provider_that_is_down_for_forty_eight_hours_gets_every_letter_afterwards(
    house: Services, cases: list[Case], sendgrid: FakeSendGrid, still_clock: StillClock  # noqa: F811
) -> None:
    chance = random.Random(48)
    troubles = [Answer(503), Answer(500), Answer(429, {"Retry-After": "600"}), Answer(502), Answer(401)]

    def down() -> None:
        sendgrid.answers = [chance.choice(troubles) for _ in range(4 * CASES)]

    hours_pass(house, still_clock, 48, down)
    assert {each.state for each in letters(house)} == {"queued"}
    tried = len(sendgrid.requests)
    sendgrid.answers = []
    hours_pass(house, still_clock, 12)
    assert {(each.state, each.delivery) for each in letters(house)} == {("sent", "accepted")}
    left = [each for each in accepted_ids(sendgrid)[tried:]]
    assert sorted(set(left)) == sorted(left) and {each.id for each in letters(house)} <= set(left)
    assert tried <= 10 * len(letters(house))


def test_after_forty_eight_hours_it_is_dead_visible_at_the_desk_and_leaves_when_told_to(
    house: Services, cases: list[Case], sendgrid: FakeSendGrid, still_clock: StillClock, visitor: Visitor,  # noqa: F811
    signer: Signer,
) -> None:  # fmt: skip

    def locked() -> None:
        sendgrid.answers = [Answer(401)] * 40

    hours_pass(house, still_clock, 52, locked)
    assert {(each.state, each.last_code) for each in letters(house)} == {("dead", "http_401")}
    desk = a_signed_in_coordinator(house, visitor)
    page = desk.browser.get("/desk/letters").text
    assert page.count("given up") == 2 * CASES
    assert "Our mail provider does not let us in. Tell the operator" in page
    sendgrid.answers = []
    assert commands.replay_mail(house, 7) >= 2 * CASES
    Worker(house).run_until_idle()
    events = [an_event("delivered", letter_id, still_clock.now()) for letter_id in accepted_ids(sendgrid)]
    assert signer.post(visitor, events, still_clock.now()).status_code == 200
    assert {each.delivery for each in letters(house)} == {"delivered"}
    assert "Every letter arrived, as far as we know." in desk.browser.get("/desk/letters").text
    assert commands.replay_mail(house, 7) == 0


def test_a_letter_taken_after_a_time_out_is_not_sent_again_once_its_news_came(
    house: Services, sendgrid: FakeSendGrid, still_clock: StillClock, visitor: Visitor, signer: Signer  # noqa: F811
) -> None:
    with house.database.transaction() as tx:
        a_case(tx, house, still_clock.now())
    sendgrid.answers = [Answer(HANG)]
    Worker(house).run_until_idle()
    (waits,) = [each for each in letters(house) if each.state == "queued"]
    assert (waits.last_code, waits.delivery) == ("timeout", None)
    signer.post(visitor, [an_event("delivered", waits.id, still_clock.now())], still_clock.now())
    hours_pass(house, still_clock, 2)
    assert accepted_ids(sendgrid).count(waits.id) == 1
    (arrived,) = [each for each in letters(house) if each.id == waits.id]
    assert (arrived.state, arrived.delivery) == ("sent", "delivered")


def test_events_out_of_order_late_twice_forged_and_replayed_leave_the_truth_and_the_desk_sees_each_failure(
    house: Services, cases: list[Case], still_clock: StillClock, visitor: Visitor, signer: Signer, new_client: Callable
) -> None:
    Worker(house).run_until_idle()
    chance, ids = random.Random(46), [each.id for each in letters(house)]
    ends = dict(zip(ids, ["delivered", "bounce", "blocked", "dropped", "spamreport", "silent"], strict=True))
    events = [event for letter_id, end in ends.items() for event in story(letter_id, end, still_clock.now())]
    posts = chance.sample(events * 46, len(events) * 46)
    stands = dict.fromkeys(ids, Delivery.ACCEPTED)
    for number in range(0, len(posts), 60):
        at = still_clock.advance(minutes=1)
        batch = posts[number : number + 60]
        assert signer.post(visitor, batch, at).status_code == 200
        assert Signer().post(visitor, [an_event("delivered", each, at) for each in ids], at).status_code == 403
        for each in letters(house):
            assert Delivery(each.delivery).rank >= stands[each.id].rank
            stands[each.id] = Delivery(each.delivery)
    told = {"delivered": "delivered", "bounce": "bounced", "blocked": "blocked", "dropped": "dropped"}
    told |= {"spamreport": "spam_report", "silent": "deferred"}
    assert stands == {letter_id: told[end] for letter_id, end in ends.items()}
    still_clock.advance(hours=7)
    desk = a_signed_in_coordinator(house, visitor)
    shown = desk.browser.get("/desk/letters").text
    assert shown.count('action="/desk/letters/') // 2 == 4 and shown.count("/again") == 4 and shown.count("/done") == 5
    for letter_id, end in ends.items():
        assert (f"/desk/letters/{letter_id}/" in shown) is (end != "delivered")
    with house.database.read() as tx:
        assert journal.first_broken(tx) is None
        lines = tx.scalar(select(func.count()).where(journal.journal.c.event == "letter.dead"))
    assert lines == 3


def story(letter_id: str, end: str, at: datetime) -> list[dict[str, Any]]:
    """What SendGrid tells of one letter from first to last."""
    more = {"blocked": {"event": "bounce", "type": "blocked"}, "dropped": {"reason": "Bounced Address"}}
    begun = [an_event("processed", letter_id, at), an_event("deferred", letter_id, at + timedelta(minutes=1))]
    if end == "silent":
        return begun
    return [*begun, an_event("bounce" if end == "blocked" else end, letter_id, at) | more.get(end, {})]


def test_the_desk_may_try_one_again_or_say_that_it_is_dealt_with(
    house: Services, cases: list[Case], still_clock: StillClock, visitor: Visitor, signer: Signer
) -> None:
    Worker(house).run_until_idle()
    one, other = [each.id for each in letters(house)][:2]
    at = still_clock.now()
    signer.post(visitor, [an_event("bounce", each, at, type="blocked") for each in (one, other)], at)
    desk: AtTheDesk = a_signed_in_coordinator(house, visitor)
    still_clock.advance(minutes=5)
    page = desk.browser.get("/desk/letters")
    answer = desk.browser.answer(page, form=f"/{one}/again")
    assert "The letter is tried again" in desk.browser.get(answer.location).text
    answer = desk.browser.answer(page, form=f"/{other}/done")
    shown = desk.browser.get(answer.location).text
    assert "The letter is off the list" in shown and "Every letter arrived" in shown
    states = {each.id: each.state for each in letters(house)}
    assert (states[one], states[other]) == ("queued", "dead")
    with house.database.read() as tx:
        rows = tx.all(select(journal.journal).where(journal.journal.c.event.in_(("letter.replayed", "letter.closed"))))
    assert [(row.event, row.actor) for row in rows] == [
        ("letter.replayed", f"coordinator:{desk.who.id}"), ("letter.closed", f"coordinator:{desk.who.id}"),
    ]  # fmt: skip
