"""Bad input of each field, as a browser sends it: 422, the sentence on the page, what was typed still there later, and
nothing of the other pages lost.
"""

from datetime import UTC, datetime, time
from html import unescape
from typing import Any

import pytest

from intake.cases import draft as drafts
from intake.forms.draft_answers import TYPED
from intake.forms.pages import PAGES
from intake.links import sessions
from intake.links.sessions import Role
from tests.builders import a_draft, answers_for_another
from tests.forms.conftest import TODAY
from tests.forms.test_mistakes import CASES
from tests.visitor import Form, Visitor, forms


def let_in(client: Visitor, services: Any, now: datetime, missing: str) -> drafts.Draft:
    """A browser with a request for somebody else that is whole but for one page."""
    answers = answers_for_another(services)
    if missing != "who":  # the first page stays: which pages there are depends on it
        del answers[missing]
    with services.database.transaction() as tx:
        draft = a_draft(tx, services, now, answers=answers)
        secret = sessions.start(tx, Role.DRAFT, draft.id, now, expires_at=draft.expires_at)
    client.set_cookie("__Host-draft", secret, domain="localhost", secure=True)
    return draft


def own_form(page: Any, address: str) -> Form:
    """The form in which the page's answers are typed."""
    return next(form for form in forms(page) if form.method == "post" and form.action in ("", address))


@pytest.mark.parametrize("step", [page.step for page in PAGES])
def test_bad_input_is_answered_with_its_sentence_and_nothing_is_lost(client, services, still_clock, step: str) -> None:
    now = still_clock.advance(to=datetime.combine(TODAY, time(12), UTC))
    before, address = let_in(client, services, now, step), f"/request/en/{step}"
    for _, typed, _, sentence in (row for row in CASES if row[0] == step):
        token = own_form(client.get(address), address).fields["csrf_token"]
        answer = client.post(address, data={"csrf_token": token} | typed)
        assert answer.status_code == 422, sentence
        assert sentence in unescape(answer.text) and "<title>Error:" in answer.text
        shown = own_form(client.get(address), address).fields
        for name, value in typed.items():
            if isinstance(value, str) and name in shown and name != "remark2":
                assert shown[name].split() == value.split(), name
        with services.database.read() as tx:
            kept = drafts.read_draft(tx, services.keys, before.id, now).answers
        assert {page: given for page, given in kept.items() if page != TYPED} == before.answers
