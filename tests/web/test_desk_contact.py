"""Other ways to reach a requester: only after a check, told to both addresses, and the old links are dead."""

import pytest

from intake import journal
from intake.cases import store
from intake.cases.case import Stage
from intake.journal import Event
from tests.builders import PATIENT_ADDRESS, a_case, answers_for_another
from tests.web import sending
from tests.web.desk_visits import a_signed_in_coordinator

OLD, NEW = "demonstration@example.org", "another@example.org"


@pytest.fixture
def ines(services, client):
    return a_signed_in_coordinator(services, client)


@pytest.fixture
def case(services, now):
    with services.database.transaction() as tx:
        return a_case(tx, services, now, answers=answers_for_another(services))


def change(desk, case, **said):
    page = desk.browser.get(f"/desk/cases/{case.id}/contact")
    return desk.browser.answer(page, form="contact", **({"checked": "yes"} | said))


def test_both_addresses_are_told_and_the_old_links_open_nothing(
    database, services, ines, case, now, new_client, outbox_letters
) -> None:
    theirs = new_client()
    sending.let_in_to_look(theirs, services, case, now, OLD)
    assert theirs.get("/case/").status_code == 200
    answer = change(ines, case, email=NEW)
    assert answer.status_code == 303 and answer.location.endswith("said=contact")
    (left,), (here,) = outbox_letters("contact_left"), outbox_letters("contact_here")
    assert (left.to, here.to) == (OLD, NEW)
    assert "/l/" not in left.text and "/l/" in here.text
    assert all(word not in letter.text for letter in (left, here) for word in (NEW, OLD))
    assert theirs.get("/case/").status_code != 200
    with services.database.read() as tx:
        changed = store.case_by_id(tx, case.id)
        assert store.read_address(tx, services.keys, changed) == NEW
        assert store.read_answers(tx, services.keys, changed)["reach-you"]["email"] == NEW
        (line,) = [line for line in journal.lines(tx, case.id) if line.event == Event.CONTACT_CHANGED]
    assert line.facts == {"address": True}
    found = ines.browser.answer(ines.browser.get("/desk/"), form="find", looked_for=NEW)
    assert found.location == f"/desk/cases/{case.id}"
    assert ines.browser.answer(ines.browser.get("/desk/"), form="find", looked_for=OLD).status_code == 404


def test_another_number_alone_disturbs_nobody(services, ines, case, outbox_letters) -> None:
    assert change(ines, case, phone="+351 21 123 4567").status_code == 303
    assert not outbox_letters("contact_left") and not outbox_letters("contact_here")
    assert "+351 21 123 4567" in ines.browser.get(f"/desk/cases/{case.id}").text


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"email": NEW, "checked": None}, "Check who they are first"),
        ({"email": ""}, "we must be able to reach them"),
        ({"email": "no address"}, "Type a whole e-mail address"),
        ({"email": PATIENT_ADDRESS}, "The patient’s own link goes to this address"),
    ],
)
def test_what_is_missing_or_wrong_changes_nothing(services, ines, case, said, sentence) -> None:
    answer = change(ines, case, **said)
    assert answer.status_code == 422 and sentence in answer.text
    with services.database.read() as tx:
        assert store.read_address(tx, services.keys, case) == OLD


def test_of_two_at_once_one_wins(services, ines, case, new_client) -> None:
    omar = a_signed_in_coordinator(services, new_client(), "Omar Probefall")
    page = omar.browser.get(f"/desk/cases/{case.id}/contact")
    change(ines, case, email=NEW)
    late = omar.browser.answer(page, form="contact", email="third@example.org", checked="yes")
    assert late.location.endswith("said=moved_on")
    with services.database.read() as tx:
        assert store.read_address(tx, services.keys, case) == NEW


def test_a_case_that_is_over_keeps_its_address(services, ines, now) -> None:
    with services.database.transaction() as tx:
        over = a_case(tx, services, now, stage=Stage.CLOSED)
    assert ines.browser.get(f"/desk/cases/{over.id}/contact").location.endswith("said=moved_on")
