"""Somebody who lives where we cannot help: the way ends kindly, with other ways, and everything typed is kept."""

from html import unescape
from typing import Any

from intake.demo import TYPED
from tests.visitor import Visitor
from tests.web.test_request import EN, begin, fill


def test_the_form_stops_kindly_and_loses_nothing(client: Visitor, services: Any) -> None:
    begin(client)
    where = fill(client, until="patient")
    typed = dict(TYPED["patient"])
    stopped = client.answer(client.get(where), **(typed | {"country": "AQ"}))
    assert stopped.status_code == 422
    page = unescape(stopped.text)
    assert "We cannot help people who live in Antarctica." in page
    contact = services.operator.contact
    for way in (contact.telephone, contact.postal_address, f'href="{EN}call-me"', f'href="{EN}paper"'):
        assert way in page[page.index("What else you can do") :], way
    assert "Your own doctor or hospital can ask another doctor" in page
    again = unescape(client.get(where).text)
    assert f'value="{typed["full_name"]}"' in again and '<option value="AQ" selected>' in again
    assert "What else you can do" in again


def test_nobody_gets_past_while_that_country_stands(client: Visitor) -> None:
    begin(client)
    where = fill(client, until="patient")
    typed = dict(TYPED["patient"])
    client.answer(client.get(where), **(typed | {"country": "AQ"}))
    assert client.get(EN + "reach-you").location == EN + "patient"
    assert client.get(EN + "continue").location == EN + "patient"
    assert client.answer(client.get(where), country="PT").location == EN + "reach-you"
    assert "What else you can do" not in client.get(where).text
