"""What became of a letter: every piece of news counts once, none moves it back, and the cap of a day loses nothing."""

import itertools
import random
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from intake import journal, queue
from intake.db import Database
from intake.keys import KeyStore
from intake.mail import deliveries, outbox
from intake.mail.events import Delivery, read_events
from intake.mail.message import Message
from tests.components.sendgrid_events import an_event, as_body

CASE = "case-1"
NEWS: dict[Delivery, tuple[str, dict[str, str]]] = {
    Delivery.ACCEPTED: ("processed", {}),
    Delivery.DEFERRED: ("deferred", {"response": "451 later"}),
    Delivery.DELIVERED: ("delivered", {"response": "250 OK"}),
    Delivery.BLOCKED: ("bounce", {"type": "blocked"}),
    Delivery.DROPPED: ("dropped", {"reason": "Bounced Address"}),
    Delivery.BOUNCED: ("bounce", {"type": "bounce"}),
    Delivery.SPAM_REPORT: ("spamreport", {}),
}


@pytest.fixture
def put(database: Database, keys: KeyStore, message: Message, now: datetime) -> Callable[..., str]:
    """Call it to put a letter of a case, handed over to the provider unless `waiting`; returns its id."""
    keys.make(f"case:{CASE}")

    def put_one(*, waiting: bool = False, to: str = "hash", at: datetime = now) -> str:
        with database.transaction() as tx:
            owner = {"owner": f"case:{CASE}", "case_id": CASE, "recipient_hash": to}
            letter_id = outbox.put(tx, keys, message, at, **owner)
            outbox.mark_trying(tx, letter_id, at)
            if not waiting:
                outbox.mark_sent(tx, letter_id, "sg-1", at, tells=True)
        return letter_id

    return put_one


def hear(database: Database, events: list[dict[str, Any]], now: datetime) -> int:
    with database.transaction() as tx:
        return deliveries.hear(tx, read_events(as_body(events)), now)


def row(database: Database, letter_id: str) -> Any:
    with database.read() as tx:
        return tx.one_or_none(select(outbox.letters).where(outbox.letters.c.id == letter_id))


def told(database: Database) -> list[str]:
    with database.read() as tx:
        return [line.event for line in journal.lines(tx, CASE)]


def news(outcome: Delivery, letter_id: str, now: datetime, **more: Any) -> dict[str, Any]:
    name, facts = NEWS[outcome]
    return an_event(name, letter_id, now, **(facts | more))


@pytest.mark.parametrize(
    ("outcome", "state", "code"),
    [
        (Delivery.ACCEPTED, "sent", None), (Delivery.DEFERRED, "sent", None), (Delivery.DELIVERED, "sent", None),
        (Delivery.BLOCKED, "dead", "blocked"), (Delivery.DROPPED, "dead", "dropped"),
        (Delivery.BOUNCED, "dead", "bounced"), (Delivery.SPAM_REPORT, "sent", "spam_report"),
    ],
)  # fmt: skip
def test_each_outcome_is_kept(
    database: Database, put: Callable[..., str], now: datetime, outcome: Delivery, state: str, code: str | None
) -> None:
    letter_id = put()
    assert hear(database, [news(outcome, letter_id, now)], now) == 1
    kept = row(database, letter_id)
    assert (kept.state, kept.delivery, kept.last_code) == (state, outcome.value, code)


def test_in_whatever_order_and_however_often_news_come_the_end_is_the_same_and_nothing_moves_back(
    database: Database, put: Callable[..., str], now: datetime
) -> None:
    chance = random.Random(46)
    subsets = [each for size in (2, 3, 4) for each in itertools.combinations(Delivery, size)]
    for outcomes in chance.sample(subsets, 12):
        letter_id = put()
        events = [news(outcome, letter_id, now) for outcome in outcomes]
        last, seen = max(outcomes, key=lambda each: each.rank), Delivery.ACCEPTED
        for event in chance.sample(events * 3, len(events) * 3):
            hear(database, [event], now)
            stands = Delivery(row(database, letter_id).delivery)
            assert stands.rank >= seen.rank
            seen = stands
        assert seen == last
        assert row(database, letter_id).state == ("dead" if last.is_lost else "sent")


def test_an_event_told_forty_six_times_counts_once(
    database: Database, put: Callable[..., str], now: datetime
) -> None:
    letter_id = put()
    event = news(Delivery.BOUNCED, letter_id, now)
    assert hear(database, [event] * 23, now) == 1
    for _ in range(23):
        assert hear(database, [event], now) == 0
    assert told(database) == ["letter.put", "letter.sent", "letter.dead"]
    with database.read() as tx:
        assert tx.scalar(select(func.count()).where(queue.jobs.c.kind == "letter_lost")) == 1


def test_the_same_post_from_many_at_once_counts_once(
    database: Database, put: Callable[..., str], now: datetime
) -> None:
    ids = [put() for _ in range(6)]
    events = [news(outcome, letter_id, now) for letter_id in ids for outcome in (Delivery.DEFERRED, Delivery.DELIVERED)]
    new: list[int] = []
    together = threading.Barrier(6)

    def post(number: int) -> None:
        mine = random.Random(number).sample(events, len(events))
        together.wait(timeout=30)
        new.append(hear(database, mine, now))

    hands = [threading.Thread(target=post, args=(number,)) for number in range(6)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(timeout=60)
    assert (len(new), sum(new)) == (6, 12)
    assert {row(database, letter_id).delivery for letter_id in ids} == {"delivered"}
    assert told(database).count("letter.delivered") == 6
    with database.read() as tx:
        assert journal.first_broken(tx) is None


def test_news_of_a_letter_that_still_waits_say_that_it_was_taken(
    database: Database, put: Callable[..., str], now: datetime
) -> None:
    letter_id = put(waiting=True)
    hear(database, [news(Delivery.DELIVERED, letter_id, now)], now)
    with database.transaction() as tx:
        assert outbox.mark_trying(tx, letter_id, now) == 0
        outbox.mark_later(tx, letter_id, "timeout", now)
        outbox.mark_sent(tx, letter_id, "sg-late", now, tells=True)
    kept = row(database, letter_id)
    assert (kept.state, kept.delivery, kept.sent_at) == ("sent", "delivered", now)
    assert told(database) == ["letter.put", "letter.sent", "letter.delivered"]


def test_a_letter_that_we_gave_up_and_that_arrived_after_all_has_arrived(
    database: Database, put: Callable[..., str], now: datetime
) -> None:
    letter_id = put(waiting=True)
    with database.transaction() as tx:
        outbox.mark_dead(tx, letter_id, "timeout", now)
    hear(database, [news(Delivery.DELIVERED, letter_id, now)], now)
    assert (row(database, letter_id).state, row(database, letter_id).last_code) == ("sent", None)


def test_news_of_letters_that_are_not_ours_do_nothing(
    database: Database, put: Callable[..., str], now: datetime
) -> None:
    letter_id = put()
    assert hear(database, [news(Delivery.BOUNCED, "nobodys", now)], now) == 1
    assert row(database, letter_id).delivery == "accepted"


@pytest.mark.parametrize("outcome", [Delivery.BOUNCED, Delivery.DROPPED, Delivery.SPAM_REPORT])
def test_an_address_at_which_nothing_arrives_is_remembered_until_something_does(
    database: Database, put: Callable[..., str], now: datetime, outcome: Delivery
) -> None:
    hear(database, [news(outcome, put(), now)], now)
    with database.read() as tx:
        assert deliveries.suppressed_among(tx, ["hash", "other"]) == {"hash": outcome.value}
    hear(database, [news(Delivery.DELIVERED, put(), now)], now)
    with database.read() as tx:
        assert deliveries.suppressed_among(tx, ["hash"]) == {}


def test_what_a_server_refuses_for_other_reasons_says_nothing_of_the_address(
    database: Database, put: Callable[..., str], now: datetime
) -> None:
    quota = news(Delivery.DROPPED, put(), now) | {"reason": "Recipient List over Package Quota"}
    hear(database, [news(Delivery.BLOCKED, put(), now), news(Delivery.DEFERRED, put(), now), quota], now)
    with database.read() as tx:
        assert deliveries.suppressed_among(tx, ["hash"]) == {}


def test_accepted_and_silent_for_six_hours_is_shown_until_news_come(
    database: Database, put: Callable[..., str], now: datetime
) -> None:
    silent, deferred, arrived = put(), put(), put()
    hear(database, [news(Delivery.DEFERRED, deferred, now), news(Delivery.DELIVERED, arrived, now)], now)
    with database.read() as tx:
        assert outbox.undelivered(tx, now + timedelta(hours=6)) == []
        late = now + timedelta(hours=6, seconds=1)
        assert {one.id for one in outbox.undelivered(tx, late)} == {silent, deferred}
        assert outbox.count_undelivered(tx, late) == 2
    hear(database, [news(Delivery.DELIVERED, silent, now)], late)
    with database.read() as tx:
        assert [one.id for one in outbox.undelivered(tx, late)] == [deferred]


def test_where_nobody_tells_what_becomes_of_a_letter_silence_is_no_fault(
    database: Database, put: Callable[..., str], now: datetime
) -> None:
    letter_id = put(waiting=True)
    with database.transaction() as tx:
        outbox.mark_sent(tx, letter_id, "<id@example.org>", now)
    with database.read() as tx:
        assert outbox.undelivered(tx, now + timedelta(days=30)) == []


def test_a_letter_tried_again_begins_anew_and_news_of_its_first_copy_do_not_count(
    database: Database, put: Callable[..., str], now: datetime
) -> None:
    letter_id = put()
    hear(database, [news(Delivery.BOUNCED, letter_id, now)], now)
    later = now + timedelta(hours=1)
    with database.transaction() as tx:
        assert deliveries.replay(tx, [letter_id, letter_id, "nobodys"], later) == 1
        assert deliveries.suppressed_among(tx, ["hash"]) == {}
    kept = row(database, letter_id)
    assert (kept.state, kept.attempts, kept.delivery, kept.sent_at) == ("queued", 0, None, None)
    hear(database, [news(Delivery.SPAM_REPORT, letter_id, now, after=1800)], later)
    assert row(database, letter_id).delivery is None
    with database.transaction() as tx:
        assert outbox.mark_trying(tx, letter_id, later) == 1
        outbox.mark_sent(tx, letter_id, "sg-2", later, tells=True)
    hear(database, [news(Delivery.DELIVERED, letter_id, later)], later)
    assert row(database, letter_id).delivery == "delivered"
    with database.transaction() as tx:
        assert deliveries.replay(tx, [letter_id], later) == 0  # it arrived


def test_what_was_lost_lately_is_found_for_trying_again(
    database: Database, put: Callable[..., str], now: datetime
) -> None:
    old, new, silent, arrived = put(), put(at=now + timedelta(days=3)), put(at=now + timedelta(days=3)), put()
    moment = now + timedelta(days=4)
    lost = [news(Delivery.BOUNCED, old, now), news(Delivery.BLOCKED, new, now), news(Delivery.DELIVERED, arrived, now)]
    hear(database, lost, now)
    with database.read() as tx:
        assert deliveries.lost_since(tx, now + timedelta(days=1)) == [new]
        assert set(deliveries.lost_since(tx, now)) == {old, new}
        assert set(deliveries.lost_since(tx, now, overdue_at=moment)) == {old, new, silent}


def test_no_more_than_so_many_letters_a_day_leave_to_one_address(
    database: Database, put: Callable[..., str], now: datetime
) -> None:
    for hours in range(3):
        put(at=now + timedelta(hours=hours))
    put(to="other")
    mine, moment = put(waiting=True, at=now - timedelta(hours=1)), now + timedelta(hours=3)
    with database.transaction() as tx:
        assert deliveries.wait_for_room(tx, mine, 4, moment) is None
        assert deliveries.wait_for_room(tx, mine, 3, moment) == now + timedelta(days=1)
        assert deliveries.wait_for_room(tx, mine, 2, moment) == now + timedelta(days=1, hours=1)
        assert deliveries.wait_for_room(tx, mine, 3, now + timedelta(days=1)) is None
        assert deliveries.wait_for_room(tx, "nobodys", 1, moment) is None


def test_what_cannot_be_believed_again_is_forgotten_and_no_sooner(
    database: Database, put: Callable[..., str], now: datetime
) -> None:
    event = news(Delivery.BOUNCED, put(), now)
    hear(database, [event], now)
    for after, known in ((timedelta(days=3), True), (timedelta(days=3, seconds=1), False)):
        with database.transaction() as tx:
            deliveries.forget(tx, now + after)
            assert (tx.scalar(select(func.count()).select_from(deliveries.mail_events)) == 1) is known
    with database.transaction() as tx:
        assert deliveries.suppressed_among(tx, ["hash"])
        deliveries.forget(tx, now + timedelta(days=181))
        assert not deliveries.suppressed_among(tx, ["hash"])
