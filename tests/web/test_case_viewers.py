"""A hospital's viewer link on the pages: kept and withdrawn by the requester, opened deliberately at the desk."""

from datetime import datetime

import pytest

from intake import journal
from intake.cases import viewers
from intake.cases.case import Case
from tests.builders import a_case
from tests.web.desk_visits import a_signed_in_coordinator
from tests.web.helping_hands import let_in_with_address
from tests.web.sending import let_in_to_look, let_in_to_send

HOME = "/case/records/viewers"
ADDRESS = "https://viewer.hospital.example/study?token=abc"
CODE = "secret-4711"
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def case(services, now: datetime) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


@pytest.fixture
def owner(client, services, case, now):
    let_in_with_address(client, services, case, now)
    return client



def _kept(services, case: Case):
    with services.database.read() as tx:
        return viewers.viewers_of(tx, services.keys, case)


def _first(owner, **said: str):
    """The form on the page that holds no link yet."""
    return owner.answer(owner.get(HOME), form=0, **said)


def test_a_link_with_its_code_is_kept_and_shown_to_the_requester_alone(owner, new_client, services, case, now) -> None:
    said = {"address": ADDRESS, "code": CODE, "until-day": "20", "until-month": "3", "until-year": "2026"}
    assert _first(owner, **said, note="press Guest").location == f"{HOME}#there"
    page = owner.get(HOME).text
    assert ADDRESS.replace("&", "&amp;") in page and CODE in page and "Ends on" in page
    (kept,) = _kept(services, case)
    assert str(kept.last_day) == "2026-03-20"
    for visitor, let_in in ((new_client(), let_in_to_look), (new_client(), let_in_to_send)):
        let_in(visitor, services, case, now)
        assert CODE not in visitor.get(HOME).text


def test_a_week_before_its_end_a_mark_stands_on_both_pages(owner, new_client, services, case, still_clock) -> None:
    said = {"until-day": "20", "until-month": "3", "until-year": "2026"}
    _first(owner, address=ADDRESS, **said)
    assert "please ask the hospital for more time" not in owner.get(HOME).text
    now = still_clock.advance(days=7)
    let_in_with_address(owner, services, case, now)
    assert "please ask the hospital for more time" in owner.get(HOME).text
    desk = new_client()
    a_signed_in_coordinator(services, desk)
    assert "tag--warn\">Ends on" in desk.get(f"/desk/cases/{case.id}").text
    now = still_clock.advance(days=5)
    let_in_with_address(owner, services, case, now)
    assert "Ask the hospital for a new link" in owner.get(HOME).text


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"address": ""}, "Copy the link that the hospital gave you"),
        ({"address": "http://viewer.example.org/"}, "It must begin with https://"),
        ({"address": "https://10.0.0.5/x"}, "It must begin with https://"),
        ({"address": ADDRESS, "until-year": "2020"}, "Add the month"),
        ({"address": ADDRESS, "until-day": "1", "until-month": "1", "until-year": "2020"}, "today or later"),
        ({"address": ADDRESS, "item": "no-such-item"}, "Choose one of the answers"),
        ({"address": ADDRESS, "note": "x" * 121}, "Use 120 characters or fewer"),
    ],
)
def test_a_mistake_is_said_kindly_keeps_what_was_typed_and_stores_nothing(
    owner, services, case, said, sentence
) -> None:
    answer = _first(owner, **({"code": CODE} | said))
    assert answer.status_code == 422 and sentence in answer.text and CODE in answer.text
    assert _kept(services, case) == []


def test_what_was_withdrawn_is_nowhere(owner, new_client, services, case) -> None:
    _first(owner, address=ADDRESS, code=CODE)
    (kept,) = _kept(services, case)
    assert owner.post(f"{HOME}/{kept.id}/withdraw").status_code == 403
    assert owner.answer(owner.get(HOME), form="/withdraw").location == f"{HOME}#there"
    assert "hospital.example" not in owner.get(HOME).text
    desk = new_client()
    a_signed_in_coordinator(services, desk)
    assert "hospital.example" not in desk.get(f"/desk/cases/{case.id}").text
    assert desk.get(f"/desk/cases/{case.id}/viewers/{kept.id}").status_code == 404


def test_at_the_desk_it_opens_by_a_deliberate_act_that_the_requester_sees(owner, new_client, services, case) -> None:
    _first(owner, address=ADDRESS, code=CODE)
    (kept,) = _kept(services, case)
    at = f"/desk/cases/{case.id}/viewers/{kept.id}"
    assert new_client().get(at).status_code == 303
    desk = new_client()
    a_signed_in_coordinator(services, desk)
    listed, warning = desk.get(f"/desk/cases/{case.id}").text, desk.get(at)
    for shown in (listed, warning.text):
        assert "viewer.hospital.example" in shown and "token=abc" not in shown and CODE not in shown
    assert desk.post(at).status_code == 403
    with services.database.read() as tx:
        assert not [line for line in journal.lines(tx, case.id) if line.event == "viewer.opened"]
    opened = desk.answer(warning, form="/viewers/")
    assert opened.status_code == 200 and opened.headers["Cache-Control"] == "no-store"
    assert f'<a href="{ADDRESS}" rel="noreferrer noopener nofollow" target="_blank">' in opened.text
    assert CODE in opened.text.split("<details>")[1]
    with services.database.read() as tx:
        (line,) = [line for line in journal.lines(tx, case.id) if line.event == "viewer.opened"]
    assert line.actor.startswith("coordinator:") and line.facts == {"viewer": kept.id}
    assert "opened the viewer of a hospital" in owner.get("/case/").text
