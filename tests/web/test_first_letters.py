"""Letters to an address that nobody has confirmed cannot be used to send somebody a message: they hold no word of ours
that somebody else chose. Everything that can be typed is typed here, and looked for in them.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from intake.cases import draft as drafts
from intake.cases import letters
from intake.forms.pages import BY_STEP, CHECK, open_page
from intake.mail.kinds import FIRST_LETTERS
from tests.builders import PATIENT_ADDRESS, a_case, a_context, answers_for_another
from tests.journeys.filling import boxes_for_words
from tests.journeys.people import TYPED
from tests.visitor import Visitor
from tests.web.test_request import EN, begin

MESSAGE = "Buyplantedpills"
Letters = Callable[..., list[Any]]


def write_everywhere(visitor: Visitor, services: Any) -> str:
    """Write a message into every box for words, page after page; returns the address of the last page."""
    where = visitor.get(EN + "continue").location
    while not where.endswith(CHECK):
        page = visitor.get(where)
        step = page.request.path.rsplit("/", 1)[1]
        typed: dict[str, Any] = {}
        for name, value in TYPED.get(step, []):
            typed[name] = [*typed.get(name, []), value]
        if step in BY_STEP:
            typed |= _message_on(step, services, typed)
            typed |= _asked_because_of_it(step, services, typed)
        answered = visitor.answer(page, **typed)
        assert answered.status_code == 303, answered.text
        where = answered.location
    return where


def _message_on(step: str, services: Any, typed: dict[str, Any]) -> dict[str, str]:
    message: dict[str, str] = {}
    for field in open_page(step, a_context(services), {}).questions:
        if field.kind == "phone":
            message[field.name] = "+44 20 7946 0958"
        elif field.kind != "email":
            boxes = boxes_for_words(field)
            message |= {name: f"{MESSAGE} {''.join(typed.get(name, []))}" for name in boxes}
    return message


def _asked_because_of_it(step: str, services: Any, typed: dict[str, Any]) -> dict[str, str]:
    """What must be chosen now that something was written."""
    form = open_page(step, a_context(services), {}, MultiDict(typed))
    form.validate()
    return {field.name: field.shown()[-1].id for field in form.questions if field.errors and field.kind == "radios"}


@pytest.mark.usefixtures("database")
def test_no_word_that_was_typed_comes_into_a_first_letter(
    client: Visitor, services: Any, still_clock: Any, outbox_letters: Letters
) -> None:
    page = client.get(EN + "can-it-wait", query_string={"via": MESSAGE.lower()})
    client.answer(page)
    check = write_everywhere(client, services)
    client.answer(client.get(EN + "save"))
    client.answer(client.get(client.answer(client.get(check)).location))
    at = still_clock.advance(days=services.settings.draft_days - 3)
    with services.database.transaction() as tx:
        draft_id = tx.scalar(drafts.drafts.select().with_only_columns(drafts.drafts.c.id))
        draft = drafts.read_draft(tx, services.keys, draft_id, at)
        letters.remind_of_draft(tx, services, draft, 3, at)
    sent = outbox_letters()
    assert {letter.letter for letter in sent} == FIRST_LETTERS - {"agree"}
    assert MESSAGE in client.get(check).text
    for letter in sent:
        for part in (letter.subject, letter.text, letter.html):
            assert MESSAGE.lower() not in part.lower() and "planted" not in part.lower()


@pytest.mark.usefixtures("database")
def test_no_word_of_who_asks_comes_into_the_first_letter_to_a_patient(services, now, outbox_letters: Letters) -> None:
    answers = answers_for_another(services)
    planted = {
        step: {name: MESSAGE if isinstance(value, str) and " " in value else value for name, value in given.items()}
        for step, given in answers.items()
    }
    assert json.dumps(planted).count(MESSAGE) > 5
    with services.database.transaction() as tx:
        a_case(tx, services, now, answers=planted)
    (letter,) = outbox_letters("agree")
    assert letter.to == PATIENT_ADDRESS and MESSAGE not in letter.subject + letter.text + letter.html


def test_whoever_is_written_to_first_cannot_be_written_to_without_end(
    client: Visitor, services: Any, outbox_letters: Letters
) -> None:
    begin(client)
    check = write_everywhere(client, services)
    for _ in range(20):
        client.answer(client.get(EN + "save"))
        client.answer(client.get(client.answer(client.get(check)).location))
    assert len(outbox_letters()) == letters.ASKED_FOR_A_DAY
