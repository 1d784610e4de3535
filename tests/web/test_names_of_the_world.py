"""Names, dates and telephone numbers of the whole world on their way: form, case, desk, the patient's page, paper.

Letters have no place for a name: that none stands in any of them is looked at too.
"""

from datetime import datetime
from typing import Any

import pytest
from markupsafe import escape

from intake.cases import ways_in
from intake.cases.case import Case
from tests.builders import PATIENT_ADDRESS, a_case, answers_for_another
from tests.forms.names_of_the_world import SHAPES, Shape
from tests.visitor import Visitor
from tests.web.desk_visits import a_signed_in_coordinator
from tests.web.sending import let_in_to_look
from tests.web.test_request import EN, begin, fill

ADDRESS = "demonstration@example.org"


def in_box(name: str) -> str:
    """How a name stands in the box of a page."""
    return f'value="{escape(name)}"'


def on_page(name: str) -> str:
    """How a name stands on a page, apart from the text around it, whatever direction it has."""
    return f">{escape(name)}</"  # alone in a <bdi>, or in a row whose direction is its own


def test_a_name_comes_back_in_its_box_and_on_the_check_page(client: Visitor) -> None:
    begin(client)
    check = fill(client)
    for shape in SHAPES:
        answered = client.answer(client.get(EN + "patient"), full_name=shape.typed, call_me=shape.typed[:40])
        assert answered.status_code == 303, shape.what
        assert in_box(shape.whole) in client.get(EN + "patient").text, shape.what
        assert on_page(shape.whole) in client.get(check).text, shape.what


def a_case_of(services: Any, now: datetime, patient: Shape, asker: Shape, second: Shape) -> Case:
    """A case in which three people bear these names."""
    people = {
        "asking": [("your_name", asker.typed), ("relation", "other"), ("relation_other", "cousin")],
        "readers": [("may_read", "person"), ("contact_name", second.typed), ("contact_email", "second@example.org")],
        "patient": [("full_name", patient.typed), ("latin_name", patient.latin), ("country", "PT"),
                    ("born-day", "٢٧"), ("born-month", "۳"), ("born-year", "१९६८")],
        "condition": [("specialty", "bones-spine"), ("told", "A slipped disc."), ("told_when-month", "៥"),
                      ("told_when-year", "២០២៥")],
    }  # fmt: skip
    with services.database.transaction() as tx:
        return a_case(tx, services, now, answers=answers_for_another(services, **people))


@pytest.mark.usefixtures("database")
def test_names_survive_from_the_form_to_the_case_the_desk_the_patient_and_the_paper(
    services, new_client, now: datetime, outbox_letters
) -> None:
    ines = a_signed_in_coordinator(services, new_client()).browser
    seen: set[str] = set()
    for patient, asker, second in zip(SHAPES[::3], SHAPES[1::3], SHAPES[2::3], strict=True):
        case = a_case_of(services, now, patient, asker, second)
        requester, herself = new_client(), new_client()
        let_in_to_look(requester, services, case, now, ADDRESS)
        with services.database.transaction() as tx:
            link = ways_in.agree_link(tx, services, case, now).removeprefix(services.settings.base_url)
        herself.answer(herself.get(link))
        herself.answer(herself.get("/agree/"), form="/agree/address", email=PATIENT_ADDRESS)
        pages = {
            "case": requester.get("/case/").text,
            "paper": requester.get("/case/agreement").text,
            "desk": ines.get(f"/desk/cases/{case.id}").text,
            "patient": herself.get("/agree/").text,
        }
        for name, page in pages.items():
            for shape in (patient, asker, second):
                assert on_page(shape.whole) in page or (name == "paper" and shape is second), (name, shape.what)
            assert not patient.latin or on_page(patient.latin) in page, (name, patient.what)
        for name in ("case", "desk"):
            assert "27 March 1968" in pages[name] and "May 2025" in pages[name]
        seen |= {shape.what for shape in (patient, asker, second)}
    assert seen == {shape.what for shape in SHAPES}
    letters = "\n".join(letter.subject + letter.text + letter.html for letter in outbox_letters())
    # A name of one or two signs stands in any text by chance.
    assert not [shape.what for shape in SHAPES if len(shape.whole) > 5 and shape.whole in letters]


@pytest.mark.parametrize(
    ("country", "typed", "shown"),
    [
        ("KH", "012 345 678", "+855 12 345 678"),
        ("JO", "٠٦ ٥٠٠ ١٢٣٤", "+962 6 500 1234"),
        ("AR", "011 15-2345-6789", "+54 9 11 2345-6789"),
        ("US", "(201) 555-0123", "+1 201-555-0123"),
        ("PT", "+44 20 7946 0958", "+44 20 7946 0958"),
    ],
)
def test_a_telephone_number_is_shown_as_the_world_writes_it_to_both_sides(
    services, client, new_client, now: datetime, country: str, typed: str, shown: str
) -> None:
    reach = [("email", ADDRESS), ("phone", typed), ("best_way", "either"), ("when", "evenings"), ("tongues", "en"),
             ("interpreter", "no")]  # fmt: skip
    asking = [("your_name", "Olga Fürsorge"), ("relation", "son-daughter"), ("your_country", country)]
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, answers=answers_for_another(services, reach_you=reach, asking=asking))
    let_in_to_look(client, services, case, now, ADDRESS)
    ines = a_signed_in_coordinator(services, new_client()).browser
    for page in (client.get("/case/").text, ines.get(f"/desk/cases/{case.id}").text):
        assert shown in page and "In the evening" in page
