"""Parcels on the pages: announced and sent by the requester, received and returned at the desk."""

from datetime import datetime

import pytest

from intake.cases import parcels
from intake.cases.case import Case
from intake.cases.parcels import ParcelState
from tests.builders import a_case
from tests.visitor import forms
from tests.web.desk_visits import a_signed_in_coordinator
from tests.web.helping_hands import let_in_with_address
from tests.web.sending import let_in_to_look

HOME = "/case/records/parcels"
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def case(services, now: datetime) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


@pytest.fixture
def owner(client, services, case, now):
    let_in_with_address(client, services, case, now)
    return client


@pytest.fixture
def desk(new_client, services):
    visitor = new_client()
    a_signed_in_coordinator(services, visitor)
    return visitor


def _announce(owner, **said: str):
    page = owner.get(HOME)
    number = next(place for place, form in enumerate(forms(page)) if form.action == HOME)
    return owner.answer(page, form=number, **said)


def _parcels(services, case: Case):
    with services.database.read() as tx:
        return parcels.parcels_of(tx, services.keys, case)


def test_the_page_tells_where_to_send_and_links_to_the_advice_instead_of_repeating_it(owner, services, case) -> None:
    page = owner.get(HOME).text
    assert services.operator.contact.postal_address in page and case.reference in page
    assert 'href="/organise-your-records/#tissue-slides-and-blocks"' in page
    assert "Do not send tissue unless the specialist asks for it." in page


def test_a_parcel_goes_its_whole_way_and_everybody_sees_where_it_is(owner, desk, services, case) -> None:
    said = {"slides": "٤", "papers": "2", "wants_back": "yes", "note": "lent by the laboratory"}
    assert _announce(owner, **said).location == f"{HOME}#there"
    (parcel,) = _parcels(services, case)
    assert (parcel.said.slides, parcel.said.papers, parcel.said.discs) == (4, 2, 0)
    sent = owner.answer(owner.get(f"{HOME}/{parcel.id}/sent"), form="/sent", carrier="Swift", tracking="ZZ 9")
    assert sent.location == f"{HOME}#there" and "On its way to us" in owner.get(HOME).text
    at = f"/desk/cases/{case.id}"
    listed = desk.get(at).text
    assert "4 glass slides" in listed and "ZZ 9" in listed
    here = desk.answer(desk.get(f"{at}/parcels/{parcel.id}/received"), form="/received", arrived_note="one is cracked")
    assert here.location == f"{at}?said=parcel_received#hands"
    assert "one is cracked" in owner.get(HOME).text and "To be sent back" in desk.get(at).text
    gone = {"back_carrier": "Post", "back_tracking": "AB 12"}
    back = desk.answer(desk.get(f"{at}/parcels/{parcel.id}/returned"), form="/returned", **gone)
    assert back.location == f"{at}?said=parcel_returned#hands"
    page = owner.get(HOME).text
    assert "On its way back" in page and "AB 12" in page and "To be sent back" not in desk.get(at).text


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({}, "Say how many pieces there are"),
        ({"discs": "0"}, "Say how many pieces there are"),
        ({"discs": "some"}, "Use a number from 0 to 999"),
        ({"discs": "-1"}, "Use a number from 0 to 999"),
        ({"discs": "1000"}, "Use a number from 0 to 999"),
        ({"discs": "1", "note": "x" * 121}, "Use 120 characters or fewer"),
    ],
)
def test_a_mistake_is_said_kindly_and_announces_nothing(owner, services, case, said, sentence) -> None:
    answer = _announce(owner, **said)
    assert answer.status_code == 422 and sentence in answer.text
    assert _parcels(services, case) == []


def test_at_the_desk_nothing_goes_back_without_its_tracking_number(owner, desk, services, case) -> None:
    _announce(owner, discs="1")
    (parcel,) = _parcels(services, case)
    at = f"/desk/cases/{case.id}/parcels/{parcel.id}"
    assert desk.get(f"{at}/returned").location.endswith("said=moved_on#hands")
    desk.answer(desk.get(f"{at}/received"), form="/received")
    missing = {"back_carrier": "", "back_tracking": "", "back_on-year": "2036"}
    answer = desk.answer(desk.get(f"{at}/returned"), form="/returned", **missing)
    assert answer.status_code == 422
    for sentence in ("Name the post or the courier", "Copy the tracking number", "today or earlier"):
        assert sentence in answer.text
    assert _parcels(services, case)[0].state is ParcelState.RECEIVED


def test_what_is_announced_can_be_taken_back_and_what_is_lost_is_said(owner, desk, services, case) -> None:
    _announce(owner, discs="1")
    assert owner.answer(owner.get(HOME), form="/take-back").location == f"{HOME}#there"
    assert _parcels(services, case) == []
    _announce(owner, discs="2")
    (parcel,) = _parcels(services, case)
    owner.answer(owner.get(f"{HOME}/{parcel.id}/sent"), form="/sent")
    lost = desk.answer(desk.get(f"/desk/cases/{case.id}"), form="/lost")
    assert lost.location.endswith("said=parcel_lost#hands")
    assert "the courier does not find it" in owner.get(HOME).text


def test_presses_that_are_not_signed_or_have_no_address_typed_change_nothing(
    owner, desk, new_client, services, case, now
) -> None:
    _announce(owner, discs="1")
    (parcel,) = _parcels(services, case)
    at = f"/desk/cases/{case.id}/parcels/{parcel.id}"
    assert owner.post(f"{HOME}/{parcel.id}/take-back").status_code == 403
    assert owner.post(f"{HOME}/{parcel.id}/sent", data={"carrier": "x"}).status_code == 422
    assert desk.post(f"{at}/received").status_code == 422 and desk.post(f"{at}/lost").status_code == 403
    assert new_client().post(f"{at}/received").status_code == 403
    looker = new_client()
    let_in_to_look(looker, services, case, now)
    assert looker.get(HOME).location == "/case/#email"
    assert looker.post(f"{HOME}/{parcel.id}/take-back").location == "/case/#email"
    assert [one.state for one in _parcels(services, case)] == [ParcelState.ANNOUNCED]
