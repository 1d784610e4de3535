"""One's own account: sessions seen and ended, being away, letters about changes, and a password with a code."""

import re
from base64 import b32decode
from html import unescape

import pytest

from intake.app import create_app
from intake.desk import coordinators, passwords
from intake.web.security import LIMITS
from tests.desk.authenticator import Authenticator
from tests.visitor import Visitor
from tests.web.desk_visits import a_coordinator, a_signed_in_coordinator

GOOD, OTHER = "four chance words: teapot", "another four chance words"


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    monkeypatch.setattr(passwords, "LOG_COST", 4)


@pytest.fixture
def ines(services, client):
    return a_signed_in_coordinator(services, client)


@pytest.fixture
def allowed(services):
    object.__setattr__(services.settings, "desk_passwords", True)


@pytest.fixture
def guest(services, client, allowed):
    """Somebody invited where passwords are allowed, with a browser at the page for the first passkey."""
    at_the_desk = a_coordinator(services, client)
    at_the_desk.enter_by_invitation()
    return at_the_desk


def me(services, who):
    with services.database.read() as tx:
        return coordinators.get(tx, services.keys, who)


def key_in(page) -> bytes:
    """The key as a person types it into an app."""
    return b32decode(re.search(r'dir="ltr">([A-Z2-7 ]{30,})<', page.text)[1].replace(" ", ""))


def enrol_by_password(guest, services) -> bytes:
    page = guest.browser.get("/desk/enrol/password")
    key = key_in(page)
    code = passwords.code_of(key, services.clock())
    came = guest.browser.answer(page, form="password", new=GOOD, again=GOOD, code=code)
    assert (came.status_code, came.location) == (303, "/desk/")
    return key


def sign_in(browser, services, key, **changed):
    page = browser.get("/desk/sign-in/password")
    typed = {"email": "ines@clinic.example", "password": GOOD, "code": passwords.code_of(key, services.clock())}
    return browser.answer(page, form="password", **(typed | changed))


def test_sessions_are_seen_and_one_elsewhere_is_ended(ines, new_client) -> None:
    elsewhere, here = new_client(), ines.browser
    ines.browser = elsewhere
    ines.sign_in()
    page = here.get("/desk/account")
    assert page.text.count(">This browser<") == 1 and page.text.count("End this session") == 1
    ended = here.answer(page, form="/end")
    assert "The session is ended" in here.get(ended.location).text
    assert elsewhere.get("/desk/").status_code == 303 and here.get("/desk/").status_code == 200
    assert here.answer(page, form="/end").status_code == 404


def test_with_a_third_browser_the_oldest_is_signed_out(ines, new_client, still_clock) -> None:
    browsers = [ines.browser]
    for _ in range(2):
        still_clock.advance(minutes=1)
        ines.browser = new_client()
        ines.sign_in()
        browsers.append(ines.browser)
    assert [browser.get("/desk/").status_code for browser in browsers] == [303, 200, 200]


def test_one_more_passkey_ends_other_sessions_and_is_told_by_letter(services, ines, new_client, outbox_letters) -> None:
    elsewhere, here = new_client(), ines.browser
    ines.browser = elsewhere
    ines.sign_in()
    ines.browser, ines.device = here, Authenticator(services.settings.base_url)
    assert ines.ceremony("/desk/account", "/desk/account/passkeys").get_json() == {"done": True}
    assert elsewhere.get("/desk/").status_code == 303 and here.get("/desk/").status_code == 200
    (letter,) = outbox_letters("account_changed")
    assert letter.to == "ines@clinic.example" and "passkey" not in letter.subject.lower()


def test_somebody_is_away_with_a_stand_in_and_comes_back(services, ines, new_client, now) -> None:
    omar = a_signed_in_coordinator(services, new_client(), "Omar Probefall")
    page = ines.browser.get("/desk/account")
    told = ines.browser.answer(page, form="away", first="2026-03-10", last="2026-03-20", stand_in=omar.who.id)
    assert "You are noted as away" in ines.browser.get(told.location).text
    assert me(services, ines.who.id).is_away(now) and me(services, ines.who.id).stand_in == omar.who.id
    assert "Omar Probefall stands in." in omar.browser.get("/desk/people").text
    ines.browser.answer(ines.browser.get("/desk/account"), form="/back")
    assert not me(services, ines.who.id).is_away(now)


@pytest.mark.parametrize(
    ("first", "last"),
    [("", ""), ("2026-03-12", "2026-03-11"), ("2026-03-01", "2026-03-09"), ("soon", "then"),
     ("2026-03-12", "2028-03-12")],
)  # fmt: skip
def test_days_that_make_no_sense_are_asked_again(services, ines, first, last) -> None:
    answer = ines.browser.answer(ines.browser.get("/desk/account"), form="away", first=first, last=last)
    assert answer.status_code == 422 and "the last one not before the first" in answer.text
    assert me(services, ines.who.id).away_from is None


def test_nobody_stands_in_for_themselves(services, ines) -> None:
    page = ines.browser.get("/desk/account")
    ines.browser.answer(page, form="away", first="2026-03-10", last="2026-03-11", stand_in=ines.who.id)
    assert me(services, ines.who.id).stand_in is None


@pytest.mark.parametrize("address", ["/desk/enrol/password", "/desk/sign-in/password"])
def test_where_the_operator_does_not_allow_passwords_there_is_no_such_page(services, client, address) -> None:
    a_coordinator(services, client).enter_by_invitation()
    assert client.get(address).status_code == 404
    assert "password" not in client.get("/desk/enrol").text.split("<h1>")[1].replace("no password", "")
    assert client.post(address, data={}).status_code in (403, 404)


def test_a_password_and_a_code_enrol_and_sign_in(services, guest, new_client, still_clock) -> None:
    key = enrol_by_password(guest, services)
    assert guest.browser.get("/desk/").status_code == 200
    assert guest.browser.get("/desk/enrol").status_code == 401, "the invitation is spent"
    still_clock.advance(seconds=30)
    browser = new_client()
    came = sign_in(browser, services, key)
    assert (came.status_code, came.location) == (303, "/desk/")
    cookie = next(line for line in came.headers.getlist("Set-Cookie") if line.startswith("__Host-desk="))
    assert "SameSite=Strict" in cookie and "HttpOnly" in cookie
    again = sign_in(new_client(), services, key)
    assert again.status_code == 403, "the same code a second time"


def test_every_refusal_of_a_password_is_the_same_page(services, guest, new_client, still_clock) -> None:
    key = enrol_by_password(guest, services)
    still_clock.advance(seconds=30)
    wrong = [{"password": GOOD + "x"}, {"code": "000000"}, {"email": "nobody@clinic.example"}]
    texts = set()
    for changed in wrong:
        answer = sign_in(new_client(), services, key, **changed)
        assert answer.status_code == 403 and not [c for c in answer.headers.getlist("Set-Cookie") if "desk" in c]
        text = re.sub(r'value="[^"]*"', "", answer.text)
        texts.add(text)
    assert len(texts) == 1


@pytest.mark.parametrize(
    ("changed", "told"),
    [({"new": "short", "again": "short"}, "at least 15 characters"), ({"again": "differs"}, "The two passwords differ"),
     ({"new": "Ines Probefall 1234", "again": "Ines Probefall 1234"}, "words that people try first"),
     ({"code": "123"}, "not the code that your app shows now")],
)  # fmt: skip
def test_what_is_not_right_is_said_and_no_password_comes_back(services, guest, changed, told) -> None:
    page = guest.browser.get("/desk/enrol/password")
    typed = {"new": GOOD, "again": GOOD, "code": passwords.code_of(key_in(page), services.clock())} | changed
    answer = guest.browser.answer(page, form="password", **typed)
    assert answer.status_code == 422 and told in unescape(answer.text)
    assert typed["new"] not in answer.text and key_in(answer) == key_in(page)
    assert guest.browser.get("/desk/").status_code == 303


def test_boxes_for_passwords_are_masked_and_let_managers_help(guest) -> None:
    for address in ("/desk/enrol/password", "/desk/sign-in/password"):
        page = guest.browser.get(address).text
        boxes = re.findall(r"<input[^>]*(?:new|current)-password[^>]*>", page)
        assert boxes and all('type="password"' in box and "maxlength" not in box for box in boxes)
        assert "onpaste" not in page and 'autocomplete="one-time-code"' in page and 'autocomplete="username"' in page


def test_a_password_is_changed_with_the_old_one_and_everywhere_else_ends(services, guest, new_client, still_clock):
    key = enrol_by_password(guest, services)
    still_clock.advance(seconds=30)
    elsewhere = new_client()
    sign_in(elsewhere, services, key)
    still_clock.advance(seconds=30)
    page, code = guest.browser.get("/desk/account"), passwords.code_of(key, services.clock())
    typed = {"password": GOOD, "code": code, "new": OTHER, "again": OTHER}
    wrong = guest.browser.answer(page, form="account/password", **(typed | {"password": OTHER}))
    assert wrong.status_code == 403 and OTHER not in wrong.text
    assert guest.browser.answer(page, form="account/password", **typed).status_code == 303
    assert elsewhere.get("/desk/").status_code == 303 and guest.browser.get("/desk/").status_code == 200
    still_clock.advance(seconds=30)
    assert sign_in(new_client(), services, key).status_code == 403
    assert sign_in(new_client(), services, key, password=OTHER).status_code == 303


def test_when_the_operator_takes_passwords_back_they_open_nothing(services, guest, new_client, still_clock) -> None:
    key = enrol_by_password(guest, services)
    object.__setattr__(services.settings, "desk_passwords", False)
    still_clock.advance(seconds=30)
    page = new_client()
    assert page.get("/desk/sign-in/password").status_code == 404
    assert b"Change your password" not in guest.browser.get("/desk/account").data and key


def test_tries_are_counted_for_an_address_from_a_network_and_others_are_not_kept_waiting(services, allowed) -> None:
    object.__setattr__(services.settings, "rate_limits", True)
    app = create_app(services)
    app.test_client_class = Visitor
    visitor = app.test_client()
    visitor.base_url = services.settings.base_url
    page = visitor.get("/desk/sign-in/password")

    def tried(email: str):
        return visitor.answer(page, form="password", email=email, password="wrong " * 5, code="000000")

    most = int(LIMITS["password"].split()[0])
    assert {tried("ines@clinic.example").status_code for _ in range(most)} == {403}
    waits = tried(" Ines@clinic.example")
    assert waits.status_code == 429 and "wrong wrong" not in waits.text
    assert tried("omar@clinic.example").status_code == 403
