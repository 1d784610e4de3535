"""The page after what is planned: times that were measured, the date beside them, and words to ask one's doctor."""

import re
from typing import Any

from intake.links import sessions
from intake.links.sessions import Role
from tests.builders import a_draft, filled_answers
from tests.visitor import Visitor
from tests.web.test_before import main_of
from tests.web.test_request import begin, fill

EN = "/request/en/"
PLANNED = [("in_hospital", "no"), ("planned", "yes"), ("plan", "An operation"), ("plan_date-day", "3"),
           ("plan_date-month", "12"), ("plan_date-year", "2026")]  # fmt: skip
NOT_PLANNED = [("in_hospital", "no"), ("planned", "no")]
IN_HOSPITAL = [("in_hospital", "yes"), ("planned", "unknown")]
FORBIDDEN = re.compile(r"\bin time\b|\bsafe to wait\b|\bsafely\b|\bon time\b", re.IGNORECASE)


def time_page(client: Visitor, services: Any, timing: list[tuple[str, str]], who: str = "myself") -> str:
    """The main part of the page for somebody who answered so."""
    now, answers = services.clock(), filled_answers(services, timing=timing) | {"who": {"who": who}}
    with services.database.transaction() as tx:
        draft = a_draft(tx, services, now, answers=answers)
        secret = sessions.start(tx, Role.DRAFT, draft.id, now, expires_at=draft.expires_at)
    client.set_cookie("__Host-draft", secret, domain="localhost", secure=True)
    page = client.get(EN + "time")
    assert page.status_code == 200
    return " ".join(main_of(page).split())


def test_it_is_shown_once_right_after_its_question_and_found_again_by_going_back(client: Visitor) -> None:
    begin(client)
    where = fill(client, until="timing")
    answered = client.answer(client.get(where), in_hospital="no", planned="no")
    assert answered.location == EN + "time"
    page = client.get(answered.location)
    assert f'<a class="back" href="{EN}timing"' in page.text
    onward = client.answer(page)
    assert onward.location == EN + "condition"
    assert client.get(EN + "continue").location == EN + "condition"
    assert client.answer(client.get(EN + "condition"), then="back").location == EN + "time"


def test_nobody_sees_it_before_its_question_was_answered(client: Visitor) -> None:
    assert client.get(EN + "time").location == EN
    begin(client)
    assert client.get(EN + "time").location == EN + "who"


def test_it_shows_what_was_measured_in_the_operators_words_with_the_date_beside_it(client, services) -> None:
    page = time_page(client, services, PLANNED)
    assert services.operator.times.first_answer == "not measured yet"  # with none measured, it says so
    assert page.count("not measured yet") == 2
    assert "<strong>3 December 2026</strong>" in page
    assert "no date given" in time_page(client, services, [*PLANNED[:3]])
    assert "planned for" not in time_page(client, services, NOT_PLANNED)


def test_it_promises_nothing_and_never_says_that_waiting_is_all_right(client, services) -> None:
    for timing in (PLANNED, PLANNED[:3], NOT_PLANNED, IN_HOSPITAL):
        page = time_page(client, services, timing)
        assert not FORBIDDEN.search(page), page
        assert "Do not move or stop treatment without your own team" in page


def test_the_words_for_the_doctor_have_the_date_filled_in(client, services) -> None:
    words = time_page(client, services, PLANNED).split("<blockquote")[1].split("</blockquote>")[0]
    assert "My treatment is planned for 3 December 2026. I would like a second opinion first." in words
    assert "first. Is there any medical reason why I should not wait for it? By what date must" in words
    undated = time_page(client, services, NOT_PLANNED).split("<blockquote")[1]
    assert "I would like a second opinion. Is there any medical reason" in undated and "planned" not in undated


def test_who_asks_for_another_person_gets_words_that_speak_of_the_patient(client, services) -> None:
    page = time_page(client, services, PLANNED, "carer")
    assert "The patient’s treatment is planned for 3 December 2026. We would like a second opinion first." in page
    assert "Only the patient’s own doctors" in page and "My treatment" not in page


def test_a_month_alone_is_said_as_a_month(client, services) -> None:
    page = time_page(client, services, [each for each in PLANNED if each[0] != "plan_date-day"])
    assert "planned for December 2026." in page
