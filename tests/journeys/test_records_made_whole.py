"""One family's records, by the pages and letters alone: three files sent, described, reminded of what is missing, one
more sent, everything said to be sent, and a receipt that proves it.
"""

import hashlib
import io
import re
from html import unescape
from typing import Any

import pytest

from intake.cases import store
from intake.cases.case import Stage
from intake.jobs.worker import Worker
from tests.builders import a_case
from tests.visitor import Visitor, forms
from tests.web.desk_visits import a_signed_in_coordinator

pytestmark = pytest.mark.usefixtures("database")

RECORDS, DESCRIBE = "/case/records", "/case/records/describe"
BODIES = {
    "informe_biopsia.pdf": b"%PDF-1.7\n" + bytes(range(256)) * 20,
    "analitica 2026-01.pdf": b"%PDF-1.7\n" + bytes(range(255, -1, -1)) * 30,
    "IMG_2231.jpg": bytes.fromhex("ffd8ffe000104a46494600010100000100010000") + bytes(5000),
}
LATE = {"informe_biopsia_EN.pdf": b"%PDF-1.7\n" + b"translation " * 500}


def press(visitor: Visitor, letter: Any, mark: str) -> Any:
    """Press the button behind a letter's link of a purpose."""
    link = re.search(rf"https?://\S+(/l/{mark}\.\S+)", letter.text)
    assert link, letter.subject
    return visitor.answer(visitor.get(link[1]))


def send(visitor: Visitor, files: dict[str, bytes]) -> None:
    """The plain form, with its files."""
    form = next(each for each in forms(visitor.get(RECORDS)) if each.action.endswith("/form"))
    given = [(io.BytesIO(body), name) for name, body in files.items()]
    sent = visitor.post(form.action, data=dict(form.fields) | {"files": given}, content_type="multipart/form-data")
    assert sent.status_code == 303


def test_three_files_become_a_whole_case(services, client, new_client, now, still_clock, outbox_letters) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)

    # From the first letter to three files; the names of two tell what they are, and one press says so.
    press(client, outbox_letters("case_opened")[0], "upload")
    send(client, BODIES)
    Worker(services).run_until_idle()
    assert client.answer(client.get(DESCRIBE), form="/accept").status_code == 303
    photo = re.search(rf'href="({DESCRIBE}/[^"]+/what)"[^>]*>Say what it is', client.get(DESCRIBE).text)[1]
    went = client.answer(client.get(photo), form=photo, items="discharge-notes")
    went = client.answer(client.get(went.location), form="/details", language="es", translation="unknown")
    assert went.location == DESCRIBE and "You told us about every file." in client.get(RECORDS).text
    assert client.get(f"{RECORDS}/complete").location == "/case/", "a link for sending alone tells nothing of the list"

    # A week without a word: a letter, which leads to what is missing and to the letter that asks for it.
    still_clock.advance(days=7)
    Worker(services).run_until_idle()
    (reminder,) = outbox_letters("records_reminder")
    owner = new_client()
    assert press(owner, reminder, "case").location == "/case/"
    owner.answer(owner.get("/case/"), form="address", email=reminder.to)
    whole = unescape(owner.get(f"{RECORDS}/complete").text)
    assert "3 of the 18 kinds of records on your list are here." in whole
    assert "January 2026" in whole and "The scan files themselves" in whole.split(">Here ")[0]
    assert owner.get("/case/records-list").status_code == 200

    # The translation is sent too, from the letter's own link, and stands beside its original by its name alone.
    press(owner, reminder, "upload")
    send(owner, LATE)
    page = owner.get(DESCRIBE)
    assert "Our guess" in page.text
    owner.answer(page, form="/accept")
    assert "Translation of:" in owner.get(DESCRIBE).text

    # Everything is said to be sent: the case moves on once all is checked, and nobody is reminded any more.
    assert owner.answer(owner.get(RECORDS), form="/done").status_code == 303
    Worker(services).run_until_idle()
    still_clock.advance(days=30)
    Worker(services).run_until_idle()
    assert len(outbox_letters("records_reminder")) == 1 and len(outbox_letters("records_in")) == 1
    with services.database.read() as tx:
        assert store.case_by_id(tx, case.id).stage is Stage.RECORDS_IN

    # The receipt proves every byte, to them and to the desk.
    last = new_client()
    press(last, outbox_letters("records_in")[0], "case")
    last.answer(last.get("/case/"), form="address", email=reminder.to)
    told = last.get(f"{RECORDS}/receipt.json").get_json()
    expected = {name: hashlib.sha256(body).hexdigest() for name, body in (BODIES | LATE).items()}
    assert {line["name"]: line["sha256"] for line in told["records"]} == expected
    assert told["records_size"] == sum(map(len, (BODIES | LATE).values())) and told["said_to_be_all_at"]
    a_signed_in_coordinator(services, client)
    desk = client.get(f"/desk/cases/{case.id}/receipt").text
    assert all(each in desk for each in expected.values())
    assert "A translation" in client.get(f"/desk/cases/{case.id}").text
