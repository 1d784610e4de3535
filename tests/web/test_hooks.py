"""The address for SendGrid's events: signed and fresh ones are taken once, others are refused and change nothing."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from intake.app import create_app
from intake.mail import deliveries, outbox
from intake.services import Services
from tests.builders import a_case
from tests.components.sendgrid_events import HOOK, Signer, an_event, as_body
from tests.visitor import Visitor

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(scope="module")
def signer() -> Signer:
    """SendGrid's key."""
    return Signer()


@pytest.fixture
def house(services: Services, signer: Signer) -> Services:
    """Services that know the key."""
    return replace(services, settings=replace(services.settings, sendgrid_events_key=signer.shown))


@pytest.fixture
def sendgrid(house: Services) -> Visitor:
    """Whoever posts from over there."""
    app = create_app(house)
    app.testing, app.test_client_class = False, Visitor
    visitor = app.test_client()
    visitor.base_url = house.settings.base_url
    return visitor


@pytest.fixture
def letter_id(house: Services, now: datetime) -> str:
    """A letter to a requester, with the provider."""
    with house.database.transaction() as tx:
        a_case(tx, house, now)
        letter_id = tx.scalar(select(outbox.letters.c.id).where(outbox.letters.c.letter == "case_opened"))
        outbox.mark_trying(tx, letter_id, now)
        outbox.mark_sent(tx, letter_id, "sg-1", now, tells=True)
    return letter_id


def delivery(house: Services, letter_id: str) -> str:
    with house.database.read() as tx:
        return tx.scalar(select(outbox.letters.c.delivery).where(outbox.letters.c.id == letter_id))


def heard(house: Services) -> int:
    with house.database.read() as tx:
        return tx.scalar(select(func.count()).select_from(deliveries.mail_events))


def test_signed_events_are_taken_once(
    house: Services, sendgrid: Visitor, signer: Signer, letter_id: str, now: datetime
) -> None:
    events = [an_event("processed", letter_id, now), an_event("delivered", letter_id, now)]
    assert signer.post(sendgrid, events, now).get_json() == {"new": 2}
    assert signer.post(sendgrid, events, now + timedelta(seconds=40)).get_json() == {"new": 0}
    assert delivery(house, letter_id) == "delivered"


def test_a_whole_recorded_post_sent_again_later_does_nothing(
    house: Services, sendgrid: Visitor, signer: Signer, letter_id: str, now: datetime, still_clock: Any
) -> None:
    body = as_body([an_event("deferred", letter_id, now)])
    headers = signer.headers(body, now)
    assert sendgrid.post(HOOK, data=body, headers=headers).status_code == 200
    still_clock.advance(hours=24)
    again = sendgrid.post(HOOK, data=body, headers=headers)
    assert (again.status_code, again.get_json()) == (200, {"new": 0})
    still_clock.advance(hours=2)
    stale = sendgrid.post(HOOK, data=body, headers=headers)
    assert (stale.status_code, stale.get_json()["code"]) == (403, "events_stale")
    assert heard(house) == 1


@pytest.mark.parametrize("how", ["changed", "unsigned", "other key", "query", "form"])
def test_what_is_forged_is_refused_and_changes_nothing(
    house: Services, sendgrid: Visitor, signer: Signer, letter_id: str, now: datetime, how: str
) -> None:
    body = as_body([an_event("bounce", letter_id, now)])
    headers = signer.headers(body, now)
    if how == "changed":
        body = body.replace(b"bounce", b"delivered")
    elif how == "unsigned":
        headers = {"Content-Type": "application/json"}
    elif how == "other key":
        headers = Signer().headers(body, now)
    elif how == "query":
        headers = {name: value for name, value in headers.items() if "Signature" not in name}
    elif how == "form":
        body, headers["Content-Type"] = b"events=" + body, "application/x-www-form-urlencoded"
    answer = sendgrid.post(HOOK, data=body, headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "events_forged")
    assert letter_id not in answer.text
    assert (heard(house), delivery(house, letter_id)) == (0, "accepted")


def test_what_is_signed_but_no_list_is_refused(sendgrid: Visitor, signer: Signer, now: datetime) -> None:
    answer = sendgrid.post(HOOK, data=b"{}", headers=signer.headers(b"{}", now))
    assert (answer.status_code, answer.get_json()["code"]) == (400, "events_unreadable")


def test_the_largest_batch_of_sendgrid_is_taken_and_a_larger_one_refused(
    house: Services, sendgrid: Visitor, signer: Signer, letter_id: str, now: datetime
) -> None:
    """SendGrid posts at most 768 kB at a time (Twilio's documentation of the Event Webhook)."""
    filler = [an_event("open", "x", now, useragent="u" * 1000) for _ in range(600)]
    events = [*filler, an_event("delivered", letter_id, now)]
    assert 700_000 < len(as_body(events)) < 1_000_000
    assert signer.post(sendgrid, events, now).status_code == 200
    assert delivery(house, letter_id) == "delivered"
    assert signer.post(sendgrid, events * 2, now).status_code == 413


def test_without_a_key_there_is_no_such_address(client: Visitor, signer: Signer, now: datetime) -> None:
    assert signer.post(client, [], now).status_code == 404


def test_a_page_of_another_place_cannot_be_made_to_ask_it_for_anything(sendgrid: Visitor) -> None:
    assert sendgrid.get(HOOK).status_code == 405


def test_a_database_that_is_away_is_no_yes(
    house: Services, sendgrid: Visitor, signer: Signer, letter_id: str, now: datetime, monkeypatch: Any
) -> None:
    """SendGrid sends again what was not answered with 2xx."""

    def away(*_: Any) -> int:
        raise OSError("away")

    events = [an_event("delivered", letter_id, now)]
    with monkeypatch.context() as broken:
        broken.setattr(deliveries, "hear", away)
        assert signer.post(sendgrid, events, now).status_code == 500
    assert signer.post(sendgrid, events, now).get_json() == {"new": 1}
