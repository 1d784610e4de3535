"""Coming to the desk: by invitation, with a passkey, and out again. Everything else stays outside."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from intake import commands, journal
from intake.desk import coordinators
from intake.links import sessions
from tests.desk.authenticator import Authenticator, b64
from tests.web.desk_visits import AtTheDesk, a_coordinator, a_signed_in_coordinator, token_near

INSIDE = ["/desk/", "/desk/account", "/desk/cases/some-case-id", "/desk/cases/some-case-id/decline"]


@pytest.fixture
def ines(services, client):
    return a_coordinator(services, client)


def cookie_of(response, name):
    return next((line for line in response.headers.getlist("Set-Cookie") if line.startswith(f"{name}=")), "")


def last_event(services):
    with services.database.read() as tx:
        return tx.all(select(journal.journal).order_by(journal.journal.c.number))[-1].event


def test_an_invitation_leads_to_a_passkey_and_into_the_desk(database, ines):
    ines.enter_by_invitation()
    page = ines.browser.get("/desk/enrol")
    assert "Ines Probefall" in page.text and "Make a passkey" in page.text
    answer = ines.ceremony("/desk/enrol", "/desk/enrol")
    assert answer.get_json() == {"done": True}
    cookie = cookie_of(answer, "__Host-desk")
    for word in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        assert word in cookie
    assert ines.browser.get("/desk/").status_code == 200


def test_an_invitation_serves_one_enrolment(ines):
    ines.enrol()
    ines.browser.delete_cookie("__Host-desk")
    assert ines.browser.get("/desk/enrol").status_code == 401


def test_without_an_invitation_nobody_enrols(client):
    assert client.get("/desk/enrol").status_code == 401
    assert client.post("/desk/enrol/options", json={}).status_code in (401, 403)


def test_a_passkey_signs_in_where_nobody_was(database, ines, new_client):
    ines.enrol()
    ines.browser = new_client()
    assert ines.browser.get("/desk/").status_code == 303
    answer = ines.sign_in()
    assert answer.get_json() == {"done": True} and "SameSite=Strict" in cookie_of(answer, "__Host-desk")
    assert ines.browser.get("/desk/").status_code == 200
    assert last_event(ines.services) == "coordinator.signed_in"


def test_signing_in_again_ends_the_session_before(ines):
    ines.enrol()
    old = ines.browser.get_cookie("__Host-desk", domain="localhost").value
    ines.sign_in()
    new = ines.browser.get_cookie("__Host-desk", domain="localhost").value
    assert old != new
    ines.browser.set_cookie("__Host-desk", old, domain="localhost", secure=True)
    assert ines.browser.get("/desk/").status_code == 303


@pytest.mark.parametrize("address", INSIDE)
def test_whoever_is_not_signed_in_is_led_to_the_door(client, address):
    answer = client.get(address)
    assert answer.status_code == 303
    assert answer.location.startswith("/desk/sign-in?")


def test_after_signing_in_one_comes_to_the_case_that_was_asked_for(client):
    door = client.get(client.get("/desk/cases/some-case-id").location)
    assert 'data-go="/desk/cases/some-case-id"' in door.text


@pytest.mark.parametrize("case", ["//evil.example", "https://evil.example", "../../x", "a", "x" * 65, "a b", "%2e%2e"])
def test_the_door_leads_nowhere_but_to_the_desk(client, case):
    door = client.get("/desk/sign-in", query_string={"case": case})
    assert 'data-go="/desk/"' in door.text and "evil" not in door.text


def test_a_link_from_web_mail_goes_on_by_itself_so_that_the_strict_cookie_comes_along(client):
    answer = client.get("/desk/cases/some-case-id", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200 and 'http-equiv="refresh"' in answer.text
    assert 'href="/desk/cases/some-case-id"' in answer.text


@pytest.mark.parametrize("wrong", ["challenge", "origin", "verification", "unknown", "nonsense", "list", "nul", "half"])
def test_every_refusal_looks_the_same(database, ines, new_client, wrong):
    ines.enrol()
    ines.browser = new_client()
    if wrong == "origin":
        ines.device.origin = "https://evil.example"
    if wrong == "verification":
        ines.device.verifies = False
    if wrong == "unknown":
        ines.device = Authenticator(ines.services.settings.base_url, holder=ines.device.holder)
    options = ines.send("/desk/sign-in", "/desk/sign-in/options", {}).get_json()
    if wrong == "challenge":
        options["challenge"] = b64(bytes(64))
    answer = ines.device.sign(options)
    odd = {"nonsense": {"id": 7}, "list": [], "nul": answer | {"id": "a\x00b"}, "half": answer | {"id": "\ud800"}}
    body = odd.get(wrong, answer)
    refused = ines.send("/desk/sign-in", "/desk/sign-in/answer", body)
    assert refused.status_code == 403
    assert refused.get_json()["code"] == "passkey_refused"
    assert refused.get_json()["message"].startswith("The passkey was not accepted.")
    assert not cookie_of(refused, "__Host-desk")


def test_an_answer_sent_twice_signs_in_once(ines, new_client):
    ines.enrol()
    ines.browser = new_client()
    answer = ines.device_answers("/desk/sign-in", "/desk/sign-in")
    assert ines.send("/desk/sign-in", "/desk/sign-in/answer", answer).status_code == 200
    assert ines.send("/desk/sign-in", "/desk/sign-in/answer", answer).status_code == 403


def test_an_answer_serves_the_browser_that_asked(ines, new_client):
    ines.enrol()
    ines.browser = new_client()
    answer = ines.device_answers("/desk/sign-in", "/desk/sign-in")
    ines.browser = new_client()
    assert ines.send("/desk/sign-in", "/desk/sign-in/answer", answer).status_code == 403


@pytest.mark.parametrize("address", ["sign-in/options", "sign-in/answer", "enrol/options", "enrol/answer",
                                     "account/passkeys/options", "account/passkeys/answer", "sign-out",
                                     "account/passkeys/remove", "account/sign-out-everywhere"])  # fmt: skip
def test_what_is_not_signed_by_our_page_is_refused(ines, address):
    ines.enrol()
    ines.enter_by_invitation()
    answer = ines.browser.post(f"/desk/{address}", json={}, headers={"Accept": "application/json"})
    assert answer.status_code == 403 and answer.get_json()["code"] == "request_forged"


def test_a_closed_account_is_out_at_once_and_comes_in_no_more(database, ines, new_client):
    ines.enrol()
    with ines.services.database.transaction() as tx:
        coordinators.close_account(tx, ines.who.id, ines.services.clock())
    assert ines.browser.get("/desk/").status_code == 403
    ines.browser = new_client()
    refused = ines.sign_in()
    assert refused.status_code == 403 and refused.get_json()["code"] == "account_closed"


def test_a_closed_account_makes_no_passkey(ines):
    ines.enter_by_invitation()
    with ines.services.database.transaction() as tx:
        coordinators.close_account(tx, ines.who.id, ines.services.clock())
    assert ines.browser.get("/desk/enrol").status_code == 403


def test_the_desk_closes_after_fifteen_idle_minutes(ines, still_clock):
    ines.enrol()
    still_clock.advance(minutes=14)
    assert ines.browser.get("/desk/").status_code == 200
    still_clock.advance(minutes=15, seconds=1)
    assert ines.browser.get("/desk/").status_code == 303


def test_the_desk_closes_after_eight_hours_whatever_one_does(ines, still_clock):
    ines.enrol()
    for _ in range(8 * 6 - 1):
        still_clock.advance(minutes=10)
        assert ines.browser.get("/desk/").status_code == 200
    still_clock.advance(minutes=10)
    assert ines.browser.get("/desk/").status_code == 303


def test_signing_out_ends_this_session_for_good(ines):
    ines.enrol()
    secret = ines.browser.get_cookie("__Host-desk", domain="localhost").value
    out = ines.browser.answer(ines.browser.get("/desk/account"), form="sign-out")
    assert out.status_code == 303 and out.location == "/desk/sign-in"
    assert last_event(ines.services) == "coordinator.signed_out"
    ines.browser.set_cookie("__Host-desk", secret, domain="localhost", secure=True)
    assert ines.browser.get("/desk/").status_code == 303


def test_signing_out_twice_is_harmless(ines, new_client):
    ines.enrol()
    page = ines.browser.get("/desk/account")
    for _ in range(2):
        assert ines.browser.answer(page, form="/desk/sign-out").status_code == 303


def test_signing_out_everywhere_ends_every_browser_of_this_coordinator_and_no_other(services, ines, new_client):
    ines.enrol()
    first = ines.browser
    ines.browser = new_client()
    ines.sign_in()
    other = a_signed_in_coordinator(services, new_client(), "Omar Probefall")
    out = ines.browser.answer(ines.browser.get("/desk/account"), form="sign-out-everywhere")
    assert out.status_code == 303
    assert first.get("/desk/").status_code == ines.browser.get("/desk/").status_code == 303
    assert other.browser.get("/desk/").status_code == 200


def test_a_new_invitation_for_the_same_person_ends_what_was_signed_in_before(ines, new_client):
    ines.enrol()
    first, ines.browser = ines.browser, new_client()
    ines.device = Authenticator(ines.services.settings.base_url)
    assert ines.enrol().status_code == 200
    assert first.get("/desk/").status_code == 303
    assert ines.browser.get("/desk/").status_code == 200


def test_a_second_passkey_is_added_named_and_the_first_one_removed(database, ines, new_client):
    ines.enrol()
    first, elsewhere = ines.device, new_client()
    here, ines.browser = ines.browser, elsewhere
    ines.sign_in()
    ines.browser = here
    assert "Remove" not in here.get("/desk/account").text
    ines.device = Authenticator(ines.services.settings.base_url)
    added = ines.ceremony("/desk/account", "/desk/account/passkeys", name="Laptop <b>")
    assert added.get_json() == {"done": True}
    page = here.get("/desk/account")
    assert "Laptop &lt;b&gt;" in page.text and "Remove" in page.text
    removed = here.answer(page, form="remove", passkey=b64(first.credential))
    assert removed.status_code == 303 and "removed" in here.get(removed.location).text
    assert elsewhere.get("/desk/").status_code == 303, "a lost device may be signed in"
    ines.browser, second, ines.device = new_client(), ines.device, first
    assert ines.sign_in().status_code == 403
    ines.device = second
    assert ines.sign_in().status_code == 200


def test_the_last_passkey_and_somebody_elses_cannot_be_removed(services, ines, new_client):
    ines.enrol()
    other = a_signed_in_coordinator(services, new_client(), "Omar Probefall")
    token = ines.browser.get("/desk/account")
    only = ines.browser.answer(token, form="sign-out-everywhere")  # a page without "remove" has no such form
    assert only.status_code == 303
    ines.sign_in()
    first = ines.device
    ines.device = Authenticator(services.settings.base_url)
    ines.ceremony("/desk/account", "/desk/account/passkeys")
    page = ines.browser.get("/desk/account")
    assert ines.browser.answer(page, form="remove", passkey=b64(other.device.credential)).status_code == 404
    assert ines.browser.answer(page, form="remove", passkey=b64(first.credential)).status_code == 303
    assert ines.browser.answer(page, form="remove", passkey=b64(ines.device.credential)).status_code == 403


def test_removing_a_passkey_does_not_make_the_day_longer(ines, still_clock):
    ines.enrol()
    first = ines.device
    ines.device = Authenticator(ines.services.settings.base_url)
    ines.ceremony("/desk/account", "/desk/account/passkeys")
    for _ in range(40):
        still_clock.advance(minutes=10)
        ines.browser.get("/desk/")
    ines.browser.answer(ines.browser.get("/desk/account"), form="remove", passkey=b64(first.credential))
    with ines.services.database.read() as tx:
        live = tx.all(select(sessions.sessions).where(sessions.sessions.c.ended_at.is_(None)))
    ends = {row.expires_at for row in live if row.role == "desk"}
    assert ends == {still_clock.now() - timedelta(minutes=400) + timedelta(hours=8)}


def test_the_pages_say_what_to_do_without_script(ines):
    ines.enter_by_invitation()
    for address in ("/desk/sign-in", "/desk/enrol"):
        assert "A passkey needs JavaScript." in ines.browser.get(address).text


def test_the_link_of_an_invitation_is_spent_by_the_first_enrolment(database, ines, new_client):
    services, mine, other = ines.services, ines.browser, new_client()
    link = commands.invite(services, "Ines Probefall", "ines@clinic.example", "en")
    link = link.removeprefix(services.settings.base_url)
    for browser in (mine, other):
        assert browser.answer(browser.get(link)).location == "/desk/enrol"
    thief = AtTheDesk(services, other, ines.who)
    answer = thief.device_answers("/desk/enrol", "/desk/enrol")
    waiting = other.get("/desk/enrol").text
    assert ines.ceremony("/desk/enrol", "/desk/enrol").get_json() == {"done": True}
    headers = {"X-CSRF-Token": token_near(waiting, "data-at="), "Accept": "application/json"}
    assert other.post("/desk/enrol/answer", json=answer, headers=headers).status_code == 401
    assert other.get("/desk/enrol").status_code == 401
    assert other.get(link).status_code == new_client().get(link).status_code == 410


def test_a_passkey_may_be_called_anything(ines):
    ines.enter_by_invitation()
    name = "half a sign \ud800, \x00 and a line\nbreak" + "x" * 100
    assert ines.ceremony("/desk/enrol", "/desk/enrol", name=name).get_json() == {"done": True}
    assert "half a sign ?" in ines.browser.get("/desk/account").text
