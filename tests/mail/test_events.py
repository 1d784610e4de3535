"""What SendGrid tells becomes one of few outcomes; words of mail servers, which repeat addresses, are dropped."""

from datetime import UTC, datetime

import pytest

from intake.errors import EventsUnreadable
from intake.mail.events import Delivery, read_events
from tests.components.sendgrid_events import an_event, as_body

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
MEANS = [
    ("processed", {}, Delivery.ACCEPTED, False),
    ("deferred", {"response": "451 try later", "attempt": "5"}, Delivery.DEFERRED, False),
    ("delivered", {"response": "250 OK"}, Delivery.DELIVERED, False),
    ("bounce", {"type": "bounce", "status": "5.1.1", "reason": "550 no reader@example.org"}, Delivery.BOUNCED, True),
    ("bounce", {"type": "blocked", "reason": "554 listed"}, Delivery.BLOCKED, False),
    ("bounce", {}, Delivery.BOUNCED, True),
    ("dropped", {"reason": "Bounced Address"}, Delivery.DROPPED, True),
    ("dropped", {"reason": "Spam Reporting Address"}, Delivery.DROPPED, True),
    ("dropped", {"reason": "Recipient List over Package Quota"}, Delivery.DROPPED, False),
    ("dropped", {}, Delivery.DROPPED, False),
    ("spamreport", {}, Delivery.SPAM_REPORT, True),
]  # fmt: skip


@pytest.mark.parametrize(("name", "more", "outcome", "of_address"), MEANS)
def test_each_event_means_one_thing(name: str, more: dict, outcome: Delivery, of_address: bool) -> None:
    (event,) = read_events(as_body([an_event(name, "letter-1", NOW, **more)]))
    assert (event.letter_id, event.outcome, event.of_address, event.at) == ("letter-1", outcome, of_address, NOW)
    assert "reader@example.org" not in repr(event)


@pytest.mark.parametrize("name", ["open", "click", "unsubscribe", "group_unsubscribe", "something_new"])
def test_what_we_never_ask_for_is_left_out(name: str) -> None:
    assert read_events(as_body([an_event(name, "letter-1", NOW)])) == []


@pytest.mark.parametrize(
    "changed",
    [{"letter_id": None}, {"letter_id": 7}, {"letter_id": ""}, {"letter_id": "x" * 33}, {"letter_id": "a\0b"},
     {"event": None}, {"event": ["delivered"]}, {"timestamp": "soon"}, {"timestamp": True}, {"timestamp": -1},
     {"timestamp": 10**14}],
)  # fmt: skip
def test_an_event_of_another_shape_does_not_spoil_the_others(changed: dict) -> None:
    odd, good = an_event("delivered", "letter-1", NOW) | changed, an_event("delivered", "letter-2", NOW)
    assert [event.letter_id for event in read_events(as_body([odd, good]))] == ["letter-2"]


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"null", b"[[]]", b"\xff", b'[{"event":"x"}', b"[" * 100_000])
def test_what_is_no_list_of_events_is_refused(body: bytes) -> None:
    with pytest.raises(EventsUnreadable):
        read_events(body)


def test_an_event_told_twice_has_one_id_and_two_events_have_two() -> None:
    first, second = (an_event("deferred", "letter-1", NOW) for _ in range(2))
    ids = [event.id for event in read_events(as_body([first, second, first]))]
    assert ids[0] == ids[2] != ids[1]
    without = {name: value for name, value in first.items() if name != "sg_event_id"}
    again, other = read_events(as_body([without, without | {"attempt": "2"}]))
    assert again.id != other.id and again.id == read_events(as_body([without]))[0].id
