"""What was written can be deleted at once, by the person who wrote it and by nobody else."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from intake import journal
from intake.cases import draft as drafts
from intake.cases.store import cases
from intake.errors import KeyGone
from tests.visitor import Visitor
from tests.web.test_request import EN, begin, count, fill, link_in, press

pytestmark = pytest.mark.usefixtures("database")

ADDRESS = "demonstration@example.org"
Letters = Callable[..., list[Any]]


@pytest.fixture
def draft_id(client: Visitor, services: Any) -> str:
    """Somebody in the middle of a request."""
    begin(client)
    fill(client, until="questions")
    with services.database.read() as tx:
        return str(tx.scalar(select(drafts.drafts.c.id)))


def test_it_is_asked_once_and_done_at_once(client: Visitor, services: Any, draft_id: str) -> None:
    assert f'<a href="{EN}delete">' in client.get(EN + "save").text
    asked = client.get(EN + "delete")
    assert asked.status_code == 200 and count(services, drafts.drafts) == 1
    done = client.answer(asked)
    assert done.location == EN + "deleted"
    assert count(services, drafts.drafts) == 0
    with pytest.raises(KeyGone):
        services.keys.get(f"draft:{draft_id}")
    assert "What you wrote is deleted" in client.get(done.location).text
    assert client.get(EN + "questions").location == EN
    assert client.get(EN + "delete").location == EN


def test_it_is_told_in_the_journal_without_a_name(client: Visitor, services: Any, draft_id: str) -> None:
    client.answer(client.get(EN + "delete"))
    with services.database.read() as tx:
        told = tx.all(select(journal.journal).where(journal.journal.c.event == journal.Event.DRAFT_DELETED.value))
        assert journal.first_broken(tx) is None
    assert [(line.actor, line.subject, line.facts) for line in told] == [("requester", None, "{}")]


def test_by_the_link_of_a_letter_after_the_address_was_typed(
    client: Visitor, new_client: Callable[[], Visitor], services: Any, draft_id: str, outbox_letters: Letters
) -> None:
    client.answer(client.get(EN + "save"))
    letter, phone = outbox_letters("resume_draft")[0], new_client()
    press(phone, letter)
    page = phone.get(EN + "resume")
    assert 'name="then" value="delete"' in page.text
    assert phone.get(EN + "delete").location == EN + "resume"
    assert phone.answer(page, email="somebody@example.org", then="delete").status_code == 422
    assert phone.answer(phone.get(EN + "resume"), email=ADDRESS, then="delete").location == EN + "delete"
    assert phone.answer(phone.get(EN + "delete")).location == EN + "deleted"
    assert count(services, drafts.drafts) == 0
    assert phone.get(link_in(letter)).status_code == 410
    assert client.get(EN + "questions").status_code in (303, 410)  # the other device has nothing left either


def test_a_page_that_nobody_signed_deletes_nothing(client: Visitor, services: Any, draft_id: str) -> None:
    assert client.post(EN + "delete").status_code == 422
    assert count(services, drafts.drafts) == 1


def test_a_request_that_was_sent_meanwhile_is_a_case_and_stays_one(
    client: Visitor, services: Any, draft_id: str, outbox_letters: Letters
) -> None:
    asked = client.get(EN + "delete")
    client.answer(client.get(fill(client)))
    press(client, outbox_letters("confirm_address")[0])
    assert client.answer(asked).location == "/case/sent"
    assert count(services, cases) == 1
