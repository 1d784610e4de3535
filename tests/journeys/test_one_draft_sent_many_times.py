"""A double press, a reload, or two hundred sends at once over HTTP: one case, one set of letters, one reference."""

import http.client
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import func, select

from intake import clock
from intake.cases import draft as drafts
from intake.cases.store import cases
from intake.links import sessions
from intake.links.sessions import Role
from intake.mail.outbox import letters
from tests.builders import a_draft

SENDS = 200


@pytest.fixture
def now() -> datetime:
    """The server runs on the real clock, so the draft must be of today."""
    return clock.now()


def _ask(server, method: str, path: str, cookies: dict[str, str], body: str = "") -> tuple[int, str, str]:
    connection = http.client.HTTPConnection("localhost", urlsplit(server.base_url).port, timeout=60)
    held = "; ".join(f"{name}={value}" for name, value in cookies.items())
    headers = {"Cookie": held, "Sec-Fetch-Site": "same-origin"}
    headers |= {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    connection.request(method, path, body or None, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, "\n".join(answer.msg.get_all("Set-Cookie", [])), text


@pytest.mark.usefixtures("database")
def test_two_hundred_sends_at_once_make_one_case(services, start_server, now: datetime, still_clock) -> None:
    still_clock.advance(to=now)
    with services.database.transaction() as tx:
        draft = a_draft(tx, services, now)
        drafts.confirm_address(tx, services.keys, draft)
        secret = sessions.start(tx, Role.DRAFT, draft.id, now, expires_at=draft.expires_at, address_checked=True)
    server, cookies = start_server(), {"__Host-draft": secret}
    status, given, page = _ask(server, "GET", "/request/en/check", cookies)
    assert status == 200
    cookies["__Host-visit"] = re.search(r"__Host-visit=([^;]+)", given).group(1)
    token = re.search(r'action="/request/en/send".*?name="csrf_token" value="([^"]+)"', page, re.DOTALL).group(1)
    body = urlencode({"csrf_token": token})

    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda _: _ask(server, "POST", "/request/en/send", cookies, body), range(SENDS)))

    assert {status for status, _, _ in answers} == {303}
    with services.database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(cases)) == 1
        sent = sorted(row.letter for row in tx.all(select(letters.c.letter)))
    assert sent == ["case_opened", "desk_case_opened"]
    let_in = [re.search(r"__Host-case=([^;]+)", said).group(1) for _, said, _ in answers[::40]]
    assert len({_reference(server, cookies | {"__Host-case": secret}) for secret in let_in}) == 1


def _reference(server, cookies: dict[str, str]) -> str:
    status, _, page = _ask(server, "GET", "/case/", cookies)
    assert status == 200
    return re.search(r'class="reference[^>]*><bdi dir="ltr">([^<]+)<', page).group(1)
