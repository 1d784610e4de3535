"""Headers, cookies, origins and limits: on every answer, whatever its status."""

from datetime import datetime

import pytest
from flask import abort

from intake.app import create_app
from intake.cases import ways_in
from intake.web.security import LIMITS, POLICY, csrf_token
from tests.builders import a_case
from tests.visitor import Visitor
from tests.web.sending import TUS, let_in_to_send

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, noarchive",
    "Content-Security-Policy": POLICY,
}


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/request/en/", 200), ("GET", "/request/", 302), ("GET", "/request/en/who", 303),
        ("GET", "/case/", 401),
        ("GET", "/desk/", 303), ("GET", "/l/forged", 404), ("GET", "/no/such/page", 404), ("PUT", "/case/", 405),
        ("POST", "/case/withdraw", 403), ("GET", "/healthz", 200), ("POST", "/uploads", 412), ("TRACE", "/case/", 405),
    ],
)  # fmt: skip
def test_every_answer_carries_the_headers(client, method: str, address: str, status: int) -> None:
    answer = client.open(address, method=method)
    assert answer.status_code == status
    for name, value in ALWAYS.items():
        assert answer.headers[name] == value, name
    assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert answer.headers["Content-Type"].split(";")[0] in ("text/html", "application/json")
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_what_nobody_foresaw_is_answered_with_a_number_and_nothing_else(app, settings) -> None:
    app.add_url_rule("/breaks", "breaks", lambda: 1 // 0)
    app.add_url_rule("/teapot", "teapot", lambda: abort(418))
    visitor = app.test_client()
    visitor.base_url = settings.base_url
    answer = visitor.get("/breaks")
    assert answer.status_code == 500
    assert "ZeroDivision" not in answer.text and "Traceback" not in answer.text and "emergency" in answer.text
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert visitor.get("/teapot").status_code == 418


def test_every_cookie_is_host_bound_and_out_of_reach_of_scripts(client, services, now: datetime) -> None:
    with services.database.transaction() as tx:
        link = ways_in.case_link(tx, services, a_case(tx, services, now), now).removeprefix(services.settings.base_url)
    page = client.get(link)
    answer = client.answer(page)
    cookies = page.headers.getlist("Set-Cookie") + answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie.startswith("__Host-") and "Secure" in cookie and "HttpOnly" in cookie and "Path=/" in cookie
        assert "SameSite=Lax" in cookie and "Domain" not in cookie


def test_a_foreign_host_name_is_refused(app) -> None:
    answer = app.test_client().get("/request/en/", base_url="http://evil.example.net")
    assert answer.status_code == 400 and "evil" not in answer.text


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True), ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False), ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "null"}, False), ({"Origin": "https://evil.example.net"}, False), ({"Origin": "own"}, True),
    ],
)  # fmt: skip
def test_an_unsafe_request_must_come_from_our_own_pages(app, settings, headers: dict[str, str], allowed: bool) -> None:
    visitor: Visitor = app.test_client()
    visitor.base_url = settings.base_url
    page = visitor.get("/request/en/can-it-wait")
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    said = {name: settings.base_url if value == "own" else value for name, value in headers.items()}
    # Straight to the application: the visitor of the tests would say same-origin by itself.
    answer = super(Visitor, visitor).open(
        "/request/en/", method="POST", data={"csrf_token": token}, headers=said, base_url=settings.base_url
    )
    assert answer.status_code == (303 if allowed else 403)


def test_one_press_too_many_is_told_to_wait(services, monkeypatch) -> None:
    monkeypatch.setitem(LIMITS, "start", LIMITS["start"])
    object.__setattr__(services.settings, "rate_limits", True)
    app = create_app(services)
    app.test_client_class = Visitor
    visitor = app.test_client()
    visitor.base_url = services.settings.base_url
    most = int(LIMITS["start"].split()[0])
    page = visitor.get("/request/en/can-it-wait")
    answers = [visitor.answer(page, form="/request/en/").status_code for _ in range(most + 1)]
    assert answers == [303] * most + [429]
    refused = visitor.answer(page, form="/request/en/")
    assert int(refused.headers["Retry-After"]) > 0 and "You can try again in" in refused.text
    assert visitor.get("/request/en/").status_code == 200


@pytest.mark.parametrize("said", ["unknown", "203.0.113.7:51234", "[2001:db8::7]:443", "", "_hidden", "fe80::1%eth0"])
def test_whatever_a_proxy_says_of_the_visitor_is_counted_and_breaks_nothing(services, said: str) -> None:
    for name, value in (("rate_limits", True), ("proxy_hops", 1)):
        object.__setattr__(services.settings, name, value)
    app = create_app(services)
    app.test_client_class = Visitor
    visitor = app.test_client()
    visitor.base_url = services.settings.base_url
    headers = {"X-Forwarded-For": said}
    page = visitor.get("/request/en/can-it-wait", headers=headers)
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    assert visitor.post("/request/en/", data={"csrf_token": token}, headers=headers).status_code == 303


def test_a_browser_that_keeps_no_cookies_is_told_so(app, settings, services, now: datetime) -> None:
    with services.database.transaction() as tx:
        link = ways_in.case_link(tx, services, a_case(tx, services, now), now).removeprefix(settings.base_url)
    for address in ("/request/en/can-it-wait", link):
        visitor = app.test_client(use_cookies=False)
        visitor.base_url = settings.base_url
        answer = visitor.answer(visitor.get(address))
        assert answer.status_code == 403
        assert "Allow cookies" in answer.text


def test_an_emptied_visit_cookie_is_replaced(client) -> None:
    client.set_cookie("__Host-visit", "", domain="localhost", secure=True)
    assert client.answer(client.get("/request/en/can-it-wait")).status_code == 303


ZERO = ["/uploads/%00", "/case/records/a%00b/cancel", "/desk/cases/%00", "/l/%00", "/%00", "/request/en/%00"]


@pytest.mark.parametrize("address", ZERO)
def test_an_address_with_a_zero_byte_is_just_not_there(database, client, services, now: datetime, address: str) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)
    let_in_to_send(client, services, case, now)
    said = {"Cookie": f"__Host-visit={client.get_cookie('__Host-visit').value}"}
    with client.application.test_request_context(base_url=services.settings.base_url, headers=said):
        token = csrf_token("records-cancel")
    for method in ("GET", "HEAD", "POST", "PATCH", "DELETE"):
        answer = client.open(address, method=method, headers=TUS, data={"csrf_token": token})
        assert answer.status_code in (404, 405), method
