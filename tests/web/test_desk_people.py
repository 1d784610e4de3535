"""People at the desk, as leads and coordinators see and use the pages: invitations, resets by voice, closing, rules."""

import re

import pytest

from intake.cases import store
from intake.desk import coordinators, rules
from intake.desk.coordinators import DeskRole, State
from tests.builders import a_case
from tests.desk.authenticator import Authenticator
from tests.web.desk_visits import AtTheDesk, a_signed_in_coordinator, a_signed_in_lead

CODE = re.compile(r">([2-9A-Z]{4}-[2-9A-Z]{4})<")


@pytest.fixture
def lea(services, client):
    return a_signed_in_lead(services, client)


@pytest.fixture
def ines(services, new_client):
    return a_signed_in_coordinator(services, new_client())


def account(services, who):
    with services.database.read() as tx:
        return coordinators.get(tx, services.keys, who)


def link_in(letter, services):
    return re.search(r"https?://\S+/l/\S+", letter.text)[0].removeprefix(services.settings.base_url)


def test_everybody_sees_who_is_here_and_only_leads_see_what_they_can_change(services, lea, ines) -> None:
    theirs, mine = ines.browser.get("/desk/people"), lea.browser.get("/desk/people")
    for page in (theirs, mine):
        assert "Lea Probefall" in page.text and "Ines Probefall" in page.text
    assert "Invite somebody" in mine.text and "Invite somebody" not in theirs.text
    assert f"/desk/people/{ines.who.id}" in mine.text and f"/desk/people/{lea.who.id}" not in mine.text


def test_a_lead_invites_somebody_who_comes_in(services, lea, new_client, outbox_letters) -> None:
    page = lea.browser.get("/desk/people/invite")
    sent = lea.browser.answer(page, form="invite", name="Omar Probefall", email="omar@clinic.example", role="lead")
    assert sent.status_code == 303 and "The invitation is on its way" in lea.browser.get(sent.location).text
    omar = new_client()
    assert omar.answer(omar.get(link_in(outbox_letters("invite")[0], services))).location == "/desk/enrol"
    assert "Omar Probefall" in omar.get("/desk/enrol").text


@pytest.mark.parametrize("typed", [{"name": ""}, {"name": "x" * 101}, {"email": "nowhere"}, {"email": "a@b\nBcc: c@d"}])
def test_what_is_missing_of_an_invitation_is_said_and_the_rest_stays(lea, outbox_letters, typed) -> None:
    given = {"name": "Omar", "email": "omar@clinic.example"} | typed
    answer = lea.browser.answer(lea.browser.get("/desk/people/invite"), form="invite", **given)
    assert answer.status_code == 422 and "Please check what you wrote" in answer.text
    assert all(value in answer.text for value in given.values() if value and "\n" not in value)
    assert not outbox_letters("invite")


def test_a_lost_device_is_reset_by_link_and_voice_together(services, lea, ines, new_client, outbox_letters) -> None:
    page = lea.browser.get(f"/desk/people/{ines.who.id}/reset")
    assert lea.browser.answer(page, form="reset").status_code == 422, "nobody has spoken with her"
    done = lea.browser.answer(page, form="reset", spoken="yes")
    code = CODE.search(done.text)[1]
    assert ines.browser.get("/desk/").status_code == 303, "what the finder of the device had open is closed"
    assert ines.sign_in().status_code == 403, "and the passkey on it opens nothing"
    anew = AtTheDesk(services, new_client(), ines.who)
    anew.browser.answer(anew.browser.get(link_in(outbox_letters("invite_again")[0], services)))
    asked = anew.browser.get("/desk/enrol")
    assert "The code from your lead" in asked.text and "Make a passkey" not in asked.text
    wrong = anew.browser.answer(asked, form="code", code="2222-2222")
    assert wrong.status_code == 403 and "You have 4 tries left." in wrong.text
    assert anew.browser.answer(asked, form="code", code=code.lower()).location == "/desk/enrol"
    assert anew.ceremony("/desk/enrol", "/desk/enrol").get_json() == {"done": True}
    assert anew.browser.get("/desk/").status_code == 200


def test_without_the_code_no_passkey_is_made_even_past_the_page(services, lea, ines, new_client, outbox_letters):
    page = lea.browser.get(f"/desk/people/{ines.who.id}/reset")
    lea.browser.answer(page, form="reset", spoken="yes")
    thief = new_client()
    thief.answer(thief.get(link_in(outbox_letters("invite_again")[0], services)))
    shown = thief.get("/desk/enrol")
    assert 'data-at="' not in shown.text
    other = AtTheDesk(services, thief, ines.who)
    other.device = Authenticator(services.settings.base_url)
    refused = thief.post("/desk/enrol/options", json={}, headers={"Accept": "application/json"})
    assert refused.status_code == 403
    for _ in range(5):
        last = thief.answer(shown, form="code", code="wrong")
    assert "The link has stopped" in last.text and thief.get("/desk/enrol").status_code == 401
    assert account(services, ines.who.id).state is State.INVITED


def test_a_lead_makes_another_lead_and_signs_somebody_out(services, lea, ines) -> None:
    page = lea.browser.get(f"/desk/people/{ines.who.id}")
    assert lea.browser.answer(page, form="/role").status_code == 303
    assert account(services, ines.who.id).role is DeskRole.LEAD
    assert ines.browser.get("/desk/people/invite").status_code == 200
    assert lea.browser.answer(page, form="/people/" + ines.who.id + "/sign-out").status_code == 303
    assert ines.browser.get("/desk/").status_code == 303


def test_closing_says_what_becomes_of_the_cases_and_does_it(services, lea, ines, now) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)
        store.claim(tx, case.id, ines.who.id)
    page = lea.browser.get(f"/desk/people/{ines.who.id}/close")
    assert "1 case goes to somebody else" in page.text
    closed = lea.browser.answer(page, form="/close")
    assert closed.status_code == 303 and "The account is closed" in lea.browser.get(closed.location).text
    assert ines.browser.get("/desk/").status_code in (303, 403)
    with services.database.read() as tx:
        assert store.case_by_id(tx, case.id).coordinator_id == lea.who.id
    assert lea.browser.get(f"/desk/people/{ines.who.id}").status_code == 404


def test_nobody_is_offered_what_they_cannot_do_to_themselves(lea) -> None:
    own = lea.browser.get(f"/desk/people/{lea.who.id}")
    assert "another lead has to do for you" in own.text and "Close the account" not in own.text
    assert lea.browser.get("/desk/people/nobody-like-this").status_code == 404


def test_rules_are_added_moved_removed_and_tell_what_they_do(services, lea, ines) -> None:
    page = lea.browser.get("/desk/routing")
    assert "There is no rule yet" in page.text
    people = [ines.who.id]
    typed = {"language": "es", "specialty": "heart", "country": "PT", "most": "7"}
    added = lea.browser.answer(page, form="add", people=people, **typed)
    shown = lea.browser.get(added.location)
    for words in ("Language: español", "Portugal", "fewer than 7 cases", "Ines Probefall"):
        assert words in shown.text
    lea.browser.answer(shown, form="add", people=[lea.who.id], partner="Clinic-One")
    lea.browser.answer(lea.browser.get("/desk/routing"), form="/raise")
    with services.database.read() as tx:
        assert [rule.partner for rule in rules.read(tx).rules] == ["clinic-one", ""]
    lea.browser.answer(lea.browser.get("/desk/routing"), form="/remove")
    lea.browser.answer(lea.browser.get("/desk/routing"), form="/fallback", people=people)
    with services.database.read() as tx:
        found = rules.read(tx)
    (rule,) = found.rules
    assert (rule.language, rule.specialty, rule.country, rule.most) == ("es", "heart", "PT", 7)
    assert found.fallback == (ines.who.id,)
    assert "What no rule gives away goes to:" in ines.browser.get("/desk/routing").text
    assert "Add the rule" not in ines.browser.get("/desk/routing").text


@pytest.mark.parametrize("typed", [{"people": []}, {"people": ["nobody"]}, {"most": "0"}, {"most": "many"},
                                   {"partner": "a b"}, {"most": "99999"}])  # fmt: skip
def test_a_rule_that_makes_no_sense_is_not_kept_and_what_was_typed_stays(services, lea, ines, typed) -> None:
    given = {"people": [ines.who.id], "most": "3", "partner": "clinic"} | typed
    answer = lea.browser.answer(lea.browser.get("/desk/routing"), form="add", **given)
    assert answer.status_code == 422 and f'value="{given["partner"]}"' in answer.text
    with services.database.read() as tx:
        assert not rules.read(tx).is_set
