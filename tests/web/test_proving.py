"""Who changes an account proves once more who they are: asked by a table, and whatever was typed goes on afterwards."""

import re
from html import unescape

import pytest

from intake.app import create_app
from intake.desk import coordinators, passwords
from intake.desk import store as desk_store
from intake.links.sessions import PROOF_COUNTS
from intake.web.proving import NEEDS_PROOF
from intake.web.security import LIMITS
from tests.desk.authenticator import Authenticator
from tests.visitor import Visitor, forms
from tests.web.desk_visits import AtTheDesk, a_coordinator, a_signed_in_coordinator, a_signed_in_lead
from tests.web.test_rights import ask, filled, pages

GOOD = "four chance words: teapot"
# What changes who gets in, or as what; and what does not, or proves it in its own form.
ASKED = {
    "desk_account.add_passkey", "desk_account.add_options", "desk_account.add_answer", "desk_account.remove_passkey",
    "desk_account.new_codes", "desk_account.keep_codes", "desk_people.invite", "desk_people.change_role",
    "desk_people.reset", "desk_people.close",
}  # fmt: skip
NOT_ASKED = {
    "desk_account.end_session", "desk_account.sign_out_everywhere", "desk_account.away", "desk_account.back",
    "desk_account.change_password", "desk_people.sign_out", "sign_in.sign_out",
}  # fmt: skip
LATER = PROOF_COUNTS.total_seconds() + 1


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    monkeypatch.setattr(passwords, "LOG_COST", 4)


@pytest.fixture
def lea(services, client):
    return a_signed_in_lead(services, client)


@pytest.fixture
def ines(services, new_client):
    return a_signed_in_coordinator(services, new_client())


def by_password(services, browser, secret=b"12345678901234567890") -> AtTheDesk:
    """Somebody who signs in with a password and has no passkey, at the desk."""
    object.__setattr__(services.settings, "desk_passwords", True)
    found = a_coordinator(services, browser, "Omar Probefall", coordinators.DeskRole.LEAD)
    with services.database.transaction() as tx:
        passwords.keep(tx, services.keys, found.who.id, passwords.hash_password(GOOD), secret, 0, services.clock())
    came = browser.answer(
        browser.get("/desk/sign-in/password"), form="password", email="omar@clinic.example", password=GOOD,
        code=passwords.code_of(secret, services.clock()),
    )
    assert came.status_code == 303
    return found


def confirm(at_the_desk) -> None:
    """What the script of the page does with the passkey."""
    page = at_the_desk.shown
    token = re.search(r'data-at="/desk/proof".*?name="csrf_token" value="([^"]+)"', page.text, re.DOTALL)[1]
    headers = {"X-CSRF-Token": token, "Accept": "application/json"}
    options = at_the_desk.browser.post("/desk/proof/options", json={}, headers=headers).get_json()
    signed = at_the_desk.device.sign(options)
    return at_the_desk.browser.post("/desk/proof/answer", json=signed, headers=headers)


def test_the_table_is_what_was_meant(app) -> None:
    known = {endpoint for endpoint, _, method in pages(app, ("/desk/",)) if method == "POST"}
    assert set(NEEDS_PROOF) == ASKED and known >= ASKED | NOT_ASKED
    accounts = {each for each in known if each.startswith(("desk_account.", "desk_people."))}
    assert accounts <= ASKED | NOT_ASKED, "a new page about accounts: does it need a proof?"


@pytest.mark.parametrize("endpoint", sorted(ASKED))
def test_each_page_of_the_table_asks_when_the_proof_is_old_and_changes_nothing(
    app, services, lea, ines, still_clock, endpoint
) -> None:
    (rule,) = {rule for name, rule, method in pages(app, ("/desk/",)) if name == endpoint and method == "POST"}
    address = filled(rule, {"coordinator_id": ines.who.id})
    still_clock.advance(seconds=LATER)
    with services.database.read() as tx:
        before = coordinators.everyone(tx, services.keys), desk_store.ids_of(tx, lea.who.id)
    answer = ask(app, services, lea.browser, endpoint, address, "POST")
    assert answer.status_code == 403 and "Confirm that it is you" in answer.text
    told = lea.browser.post(address, json={}, headers={"Accept": "application/json"})
    assert (told.status_code, told.get_json()["code"]) == (403, "proof_needed")
    with services.database.read() as tx:
        assert (coordinators.everyone(tx, services.keys), desk_store.ids_of(tx, lea.who.id)) == before


@pytest.mark.parametrize("endpoint", sorted(NOT_ASKED - {"desk_account.change_password"}))
def test_signing_out_and_being_away_never_ask(app, services, lea, ines, still_clock, endpoint) -> None:
    (rule,) = {rule for name, rule, method in pages(app, ("/desk/",)) if name == endpoint and method == "POST"}
    still_clock.advance(seconds=LATER)
    address = filled(rule, {"coordinator_id": ines.who.id})
    assert ask(app, services, lea.browser, endpoint, address, "POST").status_code in (303, 404, 422)


def test_right_after_signing_in_nobody_is_asked(lea, still_clock) -> None:
    still_clock.advance(seconds=LATER - 1)
    page = lea.browser.get("/desk/people/invite")
    assert lea.browser.answer(page, form="invite", name="Omar", email="omar@clinic.example").status_code == 303


def test_what_was_typed_goes_on_after_the_passkey_and_the_session_is_a_new_one(services, lea, still_clock) -> None:
    page = lea.browser.get("/desk/people/invite")
    still_clock.advance(seconds=LATER)
    typed = {"name": "Omar <Probefall>", "email": "omar@clinic.example", "role": "lead", "language": "es"}
    lea.shown = lea.browser.answer(page, form="invite", **typed)
    before = lea.browser.get_cookie("__Host-desk", domain="localhost").value
    assert confirm(lea).get_json() == {"done": True}
    assert lea.browser.get_cookie("__Host-desk", domain="localhost").value != before
    went = lea.browser.answer(lea.shown, form="/desk/people/invite")
    assert went.status_code == 303 and went.location.startswith("/desk/people/")
    with services.database.read() as tx:
        omar = coordinators.with_address(tx, services.keys, services.ring, "omar@clinic.example")
    assert (omar.name, omar.language, omar.role) == ("Omar <Probefall>", "es", coordinators.DeskRole.LEAD)
    thief = Visitor(lea.browser.application)
    thief.base_url = services.settings.base_url
    thief.set_cookie("__Host-desk", before, domain="localhost", secure=True)
    assert thief.get("/desk/people").status_code == 303, "the session of before is over"


def test_a_proof_makes_the_day_no_longer(services, lea, still_clock) -> None:
    for _ in range(8 * 6 - 1):
        still_clock.advance(minutes=10)
        assert lea.browser.get("/desk/people").status_code == 200
    lea.shown = lea.browser.answer(lea.browser.get("/desk/people/invite"), form="invite", name="A", email="a@b.example")
    confirm(lea)
    still_clock.advance(minutes=11)
    assert lea.browser.get("/desk/people").status_code == 303


def test_the_passkey_of_somebody_else_proves_nothing(services, lea, ines, still_clock) -> None:
    page = lea.browser.get("/desk/people/invite")
    still_clock.advance(seconds=LATER)
    lea.shown = lea.browser.answer(page, form="invite", name="Omar", email="omar@clinic.example")
    lea.device = ines.device
    assert confirm(lea).status_code == 403
    assert lea.browser.answer(lea.shown, form="/desk/people/invite").status_code == 403


def test_a_signed_answer_of_the_sign_in_page_is_no_proof(services, lea, still_clock) -> None:
    """A challenge serves what it was made for."""
    signed = lea.device_answers("/desk/sign-in", "/desk/sign-in")
    still_clock.advance(seconds=LATER)
    lea.shown = lea.browser.answer(lea.browser.get("/desk/people/invite"), form="invite", name="O", email="o@c.example")
    token = re.search(r'data-at="/desk/proof".*?value="([^"]+)"', lea.shown.text, re.DOTALL)[1]
    headers = {"X-CSRF-Token": token, "Accept": "application/json"}
    assert lea.browser.post("/desk/proof/answer", json=signed, headers=headers).status_code == 403


def test_by_password_and_code_it_goes_on_without_another_press_and_without_script(services, client, still_clock):
    omar, secret = by_password(services, client), b"12345678901234567890"
    page = client.get("/desk/people/invite")
    still_clock.advance(seconds=LATER)
    asked = client.answer(page, form="invite", name="Ines", email="ines@clinic.example")
    assert asked.status_code == 403 and 'data-at="' not in asked.text
    code = passwords.code_of(secret, services.clock())
    wrong = client.answer(asked, form="/proof/password", proof_password="not this one at all", proof_code=code)
    assert wrong.status_code == 403 and "did not fit" in wrong.text and "not this one" not in wrong.text
    sent = client.answer(wrong, form="/proof/password", proof_password=GOOD, proof_code=code)
    assert (sent.status_code, sent.location) == (307, "/desk/people/invite")
    kept = {name: value for name, value in forms(wrong)[-1].fields.items(multi=True)}
    went = client.post(sent.location, data=kept | {"proof_password": GOOD, "proof_code": code})
    assert went.status_code == 303 and "said=invited" in went.location and omar.who.id not in went.location
    still_clock.advance(seconds=LATER)
    again = client.answer(client.get("/desk/people/invite"), form="invite", name="Uma", email="uma@clinic.example")
    replayed = client.answer(again, form="/proof/password", proof_password=GOOD, proof_code=code)
    assert replayed.status_code == 403, "a code serves once"


ELSEWHERE = ["https://evil.example/", "//evil.example/desk", "/desk/", "/case/", "", "/desk/account"]


@pytest.mark.parametrize("to", ELSEWHERE)
def test_nobody_is_sent_anywhere_but_where_a_proof_is_needed(services, client, still_clock, to) -> None:
    by_password(services, client)
    still_clock.advance(seconds=LATER)
    page = client.answer(client.get("/desk/people/invite"), form="invite", name="Ines", email="ines@clinic.example")
    code = passwords.code_of(b"12345678901234567890", services.clock())
    typed = {"proof_to": to, "proof_password": GOOD, "proof_code": code}
    assert client.answer(page, form="/proof/password", **typed).status_code == 404


def test_a_new_passkey_keeps_its_name_over_the_proof(services, lea, still_clock) -> None:
    page = lea.browser.get("/desk/account")
    still_clock.advance(seconds=LATER)
    number = next(n for n, each in enumerate(forms(page)) if "name" in each.fields)
    fields = dict(forms(page)[number].fields) | {"name": "my new laptop"}
    lea.shown = lea.browser.post("/desk/account/passkeys", data=fields)
    assert lea.shown.status_code == 403
    confirm(lea)
    shown = lea.browser.answer(lea.shown, form="/desk/account/passkeys")
    assert shown.status_code == 200 and 'value="my new laptop"' in shown.text


def test_removing_a_passkey_goes_on_to_the_account_and_stays_proved(services, lea, still_clock) -> None:
    lea.device = Authenticator(services.settings.base_url)
    assert lea.ceremony("/desk/account", "/desk/account/passkeys").get_json() == {"done": True}
    page = lea.browser.get("/desk/account")
    still_clock.advance(seconds=LATER)
    lea.shown = lea.browser.answer(page, form="passkeys/remove")
    confirm(lea)
    went = lea.browser.answer(lea.shown, form="passkeys/remove")
    assert (went.status_code, went.location) == (303, "/desk/account?said=removed")
    with services.database.read() as tx:
        assert len(desk_store.ids_of(tx, lea.who.id)) == 1
    assert lea.browser.get("/desk/").status_code == 200


def test_another_app_is_shown_drawn_and_kept_with_its_own_code(services, client, new_client, still_clock) -> None:
    by_password(services, client)
    page = client.answer(client.get("/desk/account"), form="/account/codes")
    assert page.status_code == 200 and '<path class="qr__dark" d="M' in page.text
    assert client.answer(page, form="codes/keep", code="000000").status_code == 422
    key = passwords.base64.b32decode(re.search(r'dir="ltr">([A-Z2-7 ]{30,})<', page.text)[1].replace(" ", ""))
    kept = client.answer(page, form="codes/keep", code=passwords.code_of(key, services.clock()))
    assert kept.status_code == 303 and "The new app is saved" in client.get(kept.location).text
    still_clock.advance(seconds=30)
    typed = {"email": "omar@clinic.example", "password": GOOD}
    for secret, status in ((b"12345678901234567890", 403), (key, 303)):
        visitor = new_client()
        code = passwords.code_of(secret, services.clock())
        came = visitor.answer(visitor.get("/desk/sign-in/password"), form="password", code=code, **typed)
        assert came.status_code == status


def test_tries_of_a_password_are_counted_for_who_is_signed_in(services, still_clock) -> None:
    object.__setattr__(services.settings, "rate_limits", True)
    app = create_app(services)
    app.test_client_class = Visitor
    visitor = app.test_client()
    visitor.base_url = services.settings.base_url
    by_password(services, visitor)
    still_clock.advance(seconds=LATER)
    page = visitor.answer(visitor.get("/desk/people/invite"), form="invite", name="Ines", email="ines@clinic.example")
    typed = {"proof_password": "wrong " * 5, "proof_code": "000000"}
    most = int(LIMITS["password"].split()[0])
    for _ in range(most):
        assert visitor.answer(page, form="/proof/password", **typed).status_code == 403
    waits = visitor.answer(page, form="/proof/password", **typed)
    assert waits.status_code == 429 and "wrong wrong" not in waits.text and "Ines" in unescape(waits.text)


