"""Each kind of link in each state that does not let in: its sentence, its status, and nothing changed by looking."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from intake import commands
from intake.cases import helpers, ways_in
from intake.cases.helpers import HelperKind
from intake.links import grants
from intake.links.grants import Grant
from intake.links.sessions import sessions
from intake.links.tokens import Purpose
from tests.builders import a_case, a_draft, answers_for_another
from tests.visitor import Visitor, forms

KINDS = [purpose for purpose in Purpose if purpose is not Purpose.REFERRAL]
NOT_WHOLE = "This link is not complete."
OVER = "This link no longer works."
NEWER = "A newer link was sent to you"
# An invitation is renewed by the operator, and a helper's link by the requester: not by their holders.
SAID = {Purpose.INVITE: "Ask the person who", Purpose.HELPER: "Ask the person who gave you the link"}


@pytest.fixture
def grant_of(services, now: datetime) -> Callable[[Purpose], Grant]:
    """Call it for the standing grant behind a link of a kind."""

    def made(purpose: Purpose) -> Grant:
        if purpose is Purpose.INVITE:
            link = commands.invite(services, "Ines Probefall", "ines@clinic.example", "en")
            with services.database.read() as tx:
                return grants.get(tx, services.tokens.read(link.rsplit("/", 1)[1]).grant_id)
        with services.database.transaction() as tx:
            if purpose in (Purpose.CONFIRM, Purpose.RESUME):
                draft = a_draft(tx, services, now)
                ways_in.draft_link(tx, services, draft, purpose, now)
                found = grants.standing(tx, purpose, draft.id, now)
            elif purpose is Purpose.HELPER:
                case = a_case(tx, services, now)
                found = helpers.make_helper(tx, services, case.id, HelperKind.HOSPITAL, "en", "", now).grant
            else:
                answers = answers_for_another(services) if purpose is Purpose.AGREE else None
                found = grants.standing(tx, purpose, a_case(tx, services, now, answers=answers).id, now)
        assert found is not None
        return found

    return made


def refused(client: Visitor, services, path: str, status: int, sentence: str) -> None:
    """Looking at the link and pressing its button are both answered so, and let nobody in."""
    looked = client.get(path)
    assert looked.status_code == status and sentence in looked.text
    assert "Referer" not in looked.headers and not any(form.action == path for form in forms(looked))
    assert client.post(path, data={"csrf_token": "0.made-up"}).status_code == 403
    with services.database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(sessions)) == 0


def _path(services, grant: Grant) -> str:
    return ways_in.address_of(services, grant).removeprefix(services.settings.base_url)


@pytest.mark.parametrize("purpose", KINDS)
def test_a_forged_link(client, services, grant_of, purpose: Purpose) -> None:
    path = _path(services, grant_of(purpose))
    refused(client, services, path[:-6] + "forgeA", 404, NOT_WHOLE)


@pytest.mark.parametrize("purpose", KINDS)
def test_a_link_with_the_name_of_another_purpose(client, services, grant_of, purpose: Purpose) -> None:
    rest = _path(services, grant_of(purpose)).split(".", 1)[1]
    for other in set(KINDS) - {purpose}:
        refused(client, services, f"/l/{other.value}.{rest}", 404, NOT_WHOLE)


@pytest.mark.parametrize("purpose", KINDS)
def test_a_true_signature_for_a_grant_of_another_purpose(client, services, grant_of, purpose: Purpose) -> None:
    grant = grant_of(purpose)
    for other in set(KINDS) - {purpose}:
        refused(client, services, f"/l/{services.tokens.sign(other, grant.id, grant.generation)}", 404, NOT_WHOLE)


@pytest.mark.parametrize("purpose", KINDS)
def test_a_link_whose_time_is_over(client, services, still_clock, grant_of, purpose: Purpose) -> None:
    grant = grant_of(purpose)
    still_clock.advance(to=grant.expires_at)
    refused(client, services, _path(services, grant), 410, SAID.get(purpose, OVER))


@pytest.mark.parametrize("purpose", KINDS)
def test_a_withdrawn_link(client, services, now, grant_of, purpose: Purpose) -> None:
    grant = grant_of(purpose)
    with services.database.transaction() as tx:
        grants.revoke(tx, grant.id, now)
    refused(client, services, _path(services, grant), 410, SAID.get(purpose, OVER))


@pytest.mark.parametrize("purpose", KINDS)
def test_a_replaced_link(client, services, now, grant_of, purpose: Purpose) -> None:
    grant = grant_of(purpose)
    with services.database.transaction() as tx:
        grants.replace(tx, grant.id, grant.expires_at, now)
    refused(client, services, _path(services, grant), 410, SAID.get(purpose, NEWER))


@pytest.mark.parametrize("purpose", KINDS)
def test_a_link_that_ran_out_between_the_look_and_the_press(client, services, still_clock, grant_of, purpose) -> None:
    grant = grant_of(purpose)
    still_clock.advance(to=grant.expires_at - timedelta(minutes=1))
    page = client.get(_path(services, grant))
    assert page.status_code == 200
    still_clock.advance(minutes=1)
    answer = client.answer(page)
    assert answer.status_code == 410 and SAID.get(purpose, OVER) in answer.text
