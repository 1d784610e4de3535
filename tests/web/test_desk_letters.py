"""The desk's pages about letters and unopened cases: what they say, and that only those at the desk read them."""

import re
from datetime import datetime

import pytest
from sqlalchemy import select

from intake.cases.draft import address_hash
from intake.journal import Event
from intake.mail import deliveries, outbox
from intake.services import Services
from tests.builders import a_case
from tests.components import ROOT
from tests.visitor import Visitor
from tests.web.desk_visits import a_signed_in_coordinator

CODES = ["bounced", "dropped", "blocked", "smtp_550", "smtp_554", "http_401", "http_400", "key_gone", "timeout", "new"]


@pytest.fixture
def letter_id(services: Services, now: datetime) -> str:
    """A letter to the requester of a case."""
    with services.database.transaction() as tx:
        a_case(tx, services, now)
        return tx.scalar(select(outbox.letters.c.id).where(outbox.letters.c.letter == "case_opened"))


@pytest.mark.parametrize("address", ["/desk/letters", "/desk/unopened"])
def test_only_those_at_the_desk_read_them(client: Visitor, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 303 and answer.location.startswith("/desk/sign-in")


@pytest.mark.parametrize("way", ["again", "done"])
def test_only_those_at_the_desk_act(client: Visitor, services: Services, letter_id: str, way: str) -> None:
    assert client.post(f"/desk/letters/{letter_id}/{way}").status_code in (401, 403)
    a_signed_in_coordinator(services, client)
    assert client.post(f"/desk/letters/{letter_id}/{way}").status_code == 403  # unsigned


@pytest.mark.parametrize("code", CODES)
def test_each_reason_is_told_in_plain_words(
    client: Visitor, services: Services, letter_id: str, now: datetime, code: str
) -> None:
    with services.database.transaction() as tx:
        outbox.mark_dead(tx, letter_id, code, now)
    a_signed_in_coordinator(services, client)
    page = re.sub(r"<[^>]+>", " ", client.get("/desk/letters").text)
    assert code not in page.split("To a requester: your case is open")[1]
    assert re.search(r"Ask for another one|Another try tomorrow|Tell the operator|Nothing can be done", page)


def test_a_colleague_whom_nothing_reaches_stands_in_a_banner(
    client: Visitor, services: Services, now: datetime
) -> None:
    a_signed_in_coordinator(services, client)
    assert "Letters do not reach everybody" not in client.get("/desk/").text
    with services.database.transaction() as tx:
        deliveries.suppress(tx, address_hash(services.keys, "ines@clinic.example"), "bounced", now)
    for address in ("/desk/", "/desk/letters", "/desk/unopened"):
        page = client.get(address).text
        assert "Letters do not reach everybody" in page and "Ines Probefall" in page


def test_a_case_is_on_the_list_until_somebody_has_opened_it(
    client: Visitor, services: Services, letter_id: str
) -> None:
    a_signed_in_coordinator(services, client)
    page = client.get("/desk/unopened")
    (link,) = re.findall(r'href="(/desk/cases/[^"]+)"', page.text)
    assert client.get(link).status_code == 200
    assert "Every case has been opened by one of us." in client.get("/desk/unopened").text


def test_every_event_of_a_letter_has_words_for_the_desk() -> None:
    words = (ROOT / "templates" / "desk" / "_words.html").read_text()
    letters = [event.value for event in Event if event.value.startswith("letter.")]
    assert len(letters) == 8
    assert [event for event in letters if f'"{event}": _(' not in words] == []
