"""Held requests: coordinators find and decide them, and whoever asked is treated as anybody else."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from intake.cases import awaiting, store
from intake.cases.case import Case, Stage
from intake.demo import TYPED
from tests.builders import a_case
from tests.cases.test_suspicion import sent
from tests.visitor import Visitor
from tests.web.desk_visits import a_signed_in_coordinator
from tests.web.sending import let_in_to_look
from tests.web.test_request import EN, begin, fill, press

pytestmark = pytest.mark.usefixtures("database")

ADDRESS = "demonstration@example.org"
LIST = "/desk/suspects"
ACCUSING = re.compile(r"suspect|spam|abuse|robot|program|held|held back|suspicious", re.IGNORECASE)
Letters = Callable[..., list[Any]]


@pytest.fixture
def held(services: Any, now: Any) -> Case:
    """A request that was written in a second."""
    return sent(services, now, took=1)


@pytest.fixture
def desk(client: Visitor, services: Any) -> Visitor:
    """A coordinator's browser."""
    a_signed_in_coordinator(services, client)
    return client


def stands(services: Any, case: Case) -> Case:
    with services.database.read() as tx:
        return store.case_by_id(tx, case.id)


def test_the_desk_is_told_that_something_waits_and_why(desk: Visitor, services: Any, held: Case) -> None:
    queue = desk.get("/desk/")
    assert "1 request is held" in queue.text and held.reference not in queue.text
    page = desk.get(LIST)
    assert held.reference in page.text and "sooner after its beginning than anybody could have read" in page.text
    case = desk.get(f"/desk/cases/{held.id}").text
    assert "This request is held" in case and "Move the case" not in case and "Decline the case" not in case


def test_with_nothing_held_the_list_says_so(desk: Visitor) -> None:
    assert "Nothing is held." in desk.get(LIST).text
    assert LIST not in desk.get("/desk/").text.split("<main", 1)[1]


def test_a_real_request_goes_to_the_list_of_cases(desk: Visitor, services: Any, held: Case, outbox_letters) -> None:
    answer = desk.answer(desk.get(LIST), form=f"{held.id}/real")
    assert answer.location == f"/desk/cases/{held.id}?said=freed"
    assert "This is a case as any other now" in desk.get(answer.location).text
    assert held.reference in desk.get("/desk/").text and held.reference not in desk.get(LIST).text
    assert len(outbox_letters("desk_case_opened")) == 1


def test_abuse_is_asked_about_once_more_and_ends_without_a_letter(
    desk: Visitor, services: Any, held: Case, outbox_letters: Letters
) -> None:
    before = len(outbox_letters())
    assert f'href="{LIST}/{held.id}/abuse"' in desk.get(LIST).text
    asked = desk.get(f"{LIST}/{held.id}/abuse")
    assert stands(services, held).stage is Stage.OPENED
    assert desk.answer(asked, form="/abuse").location == f"{LIST}?said=refused"
    assert stands(services, held).stage is Stage.DECLINED and len(outbox_letters()) == before
    page = desk.get(LIST).text
    assert "Nothing is held." in page and held.reference in page and "declined as abuse" in page


def test_two_coordinators_decide_once(desk: Visitor, services: Any, held: Case) -> None:
    page, asked = desk.get(LIST), desk.get(f"{LIST}/{held.id}/abuse")
    desk.answer(page, form=f"{held.id}/real")
    assert desk.answer(asked, form="/abuse").location == f"{LIST}?said=decided"
    assert desk.answer(page, form=f"{held.id}/real").location == f"{LIST}?said=decided"
    assert desk.get(f"{LIST}/{held.id}/abuse").location == f"{LIST}?said=decided"
    assert stands(services, held).stage is Stage.OPENED


def test_a_held_request_is_not_moved_or_declined_by_another_way(desk: Visitor, services: Any, now, held: Case) -> None:
    with services.database.transaction() as tx:
        free = a_case(tx, services, now)
    page = desk.get(f"/desk/cases/{free.id}")
    token = re.search(r'action="[^"]+/move">\s*<input type="hidden" name="csrf_token" value="([^"]+)"', page.text)[1]
    moved = desk.post(f"/desk/cases/{held.id}/move", data={"stage": "records_in", "csrf_token": token})
    assert moved.status_code == 409
    assert desk.get(f"/desk/cases/{held.id}/decline").status_code == 303
    assert stands(services, held).stage is Stage.OPENED


def test_only_coordinators_see_the_list(client: Visitor, held: Case) -> None:
    for path in ("", f"/{held.id}/abuse"):
        assert client.get(LIST + path).status_code == 303


@pytest.mark.parametrize("path", ["/real", "/abuse"])
def test_deciding_needs_a_signed_page_and_a_session(client: Visitor, services: Any, held: Case, path: str) -> None:
    assert client.post(f"{LIST}/{held.id}{path}").status_code == 403
    a_signed_in_coordinator(services, client)
    assert client.post(f"{LIST}/{held.id}{path}").status_code == 403
    assert stands(services, held).held_as_suspect and stands(services, held).stage is Stage.OPENED


# -- Whoever asked -------------------------------------------------------------------------------------------


def plain(text: str) -> list[str]:
    """The parts of a page or letter, without what differs between any two: references, links, signatures, order."""
    text = re.sub(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", "REFERENCE", unescape(text))
    text = re.sub(r'value="[0-9]+\.[0-9a-f]{64}"', "SIGNED", text)
    return sorted(re.split(r"(?=<)", re.sub(r"/l/\S+", "LINK", text)))


def seen_by_requester(visitor: Visitor, outbox_letters: Letters) -> list[list[str]]:
    """Every page and letter from pressing Send to the case's own page."""
    begin(visitor)
    check = visitor.get(fill(visitor))
    pages = [visitor.get(visitor.answer(check).location)]
    pages.append(visitor.get(press(visitor, outbox_letters("confirm_address")[-1]).location))
    press(visitor, outbox_letters("case_opened")[-1])
    pages.append(visitor.get("/case/"))
    assert visitor.answer(pages[-1], form="address", email=ADDRESS).status_code == 303
    pages += [visitor.get("/case/"), visitor.get("/case/records")]
    letter = outbox_letters("case_opened")[-1]
    return [plain(page.text) for page in pages] + [plain(letter.text), plain(letter.html), plain(letter.subject)]


def test_whoever_asked_sees_what_anybody_sees(
    client: Visitor, new_client: Callable[[], Visitor], services: Any, outbox_letters: Letters
) -> None:
    object.__setattr__(services.settings, "fastest_request_seconds", 60)
    held = seen_by_requester(client, outbox_letters)
    object.__setattr__(services.settings, "fastest_request_seconds", 0)
    ordinary = seen_by_requester(new_client(), outbox_letters)
    with services.database.read() as tx:
        assert awaiting.count_suspects(tx) == 1
    assert held == ordinary


def test_a_request_refused_as_abuse_accuses_nobody(
    client: Visitor, new_client: Callable[[], Visitor], services: Any, now, held: Case
) -> None:
    a_signed_in_coordinator(services, client)
    client.answer(client.get(f"{LIST}/{held.id}/abuse"), form="/abuse")
    person = new_client()
    let_in_to_look(person, services, held, now + timedelta(hours=1), ADDRESS)
    page = person.get("/case/")
    said = unescape(page.text.split("<main", 1)[1].split("What you told us")[0])
    assert page.status_code == 200 and "We cannot take on this request." in said
    assert services.operator.contact.telephone in said and not ACCUSING.search(said)


def test_a_filled_trap_is_remembered_and_the_person_goes_on(
    client: Visitor, services: Any, outbox_letters: Letters
) -> None:
    begin(client)
    where = fill(client, until="reach-you")
    typed: dict[str, Any] = dict(TYPED["reach-you"])
    assert client.answer(client.get(where), **typed, remark2="buy").status_code == 422
    client.answer(client.get(fill(client)))
    press(client, outbox_letters("confirm_address")[0])
    with services.database.read() as tx:
        assert [case.traits for case in awaiting.suspects(tx, over=False, limit=9)] == [("trap",)]


def test_a_trap_on_the_last_page_is_remembered_too(client: Visitor, services: Any, outbox_letters: Letters) -> None:
    begin(client)
    check = client.get(fill(client))
    assert client.answer(check, remark2="buy").status_code == 422
    assert client.answer(client.get(EN + "check")).location == EN + "sent"
    assert client.post(EN + "send", data={"remark2": "buy"}).status_code == 422  # parked stays parked
    press(client, outbox_letters("confirm_address")[0])
    with services.database.read() as tx:
        assert [case.traits for case in awaiting.suspects(tx, over=False, limit=9)] == [("trap",)]
