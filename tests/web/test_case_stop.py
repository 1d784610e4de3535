"""A carer stops all letters with one button, and the desk sees it; a link alone is not enough."""

import pytest

from intake import journal
from intake.cases import store
from intake.journal import Event
from tests.builders import a_case
from tests.web import sending
from tests.web.desk_visits import a_signed_in_coordinator

ADDRESS = "demonstration@example.org"


@pytest.fixture
def case(services, now):
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


def read(services, case):
    with services.database.read() as tx:
        return store.case_by_id(tx, case.id)


def test_one_press_silences_everything_and_the_desk_sees_it(services, client, case, now, new_client) -> None:
    sending.let_in_to_look(client, services, case, now, ADDRESS)
    assert 'href="/case/stop"' in client.get("/case/").text
    page = client.get("/case/stop")
    for _ in range(2):
        assert client.answer(page, form="/case/stop").location == "/case/stop"
    assert "We are sorry." in client.get("/case/stop").text
    assert read(services, case).contact_stopped_at is not None
    with services.database.read() as tx:
        (line,) = [line for line in journal.lines(tx, case.id) if line.event == Event.CONTACT_STOPPED]
    assert (line.actor, line.facts) == ("requester", {})
    desk = a_signed_in_coordinator(services, new_client())
    assert "Do not call or write either." in desk.browser.get(f"/desk/cases/{case.id}").text


def test_a_link_alone_stops_nothing(services, client, case, now) -> None:
    sending.let_in_to_look(client, services, case, now, "")
    assert client.get("/case/stop").location.startswith("/case/")
    assert client.post("/case/stop").status_code in (303, 403)
    assert read(services, case).contact_stopped_at is None


def test_nobody_else_stops_anything(services, client, case) -> None:
    assert client.get("/case/stop").status_code in (303, 401)
    assert read(services, case).contact_stopped_at is None
