"""Whoever steals database and vault, but not the key file, learns no name, answer, address, file name or byte."""

import io
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from intake import journal
from intake.db import metadata
from intake.errors import KeyRingUnfit
from intake.jobs.worker import HANDLERS, Worker
from intake.keys import KeyRing, KeyStore
from tests.journeys.people import ADDRESS, HEALTH, NAME, TYPED
from tests.visitor import forms
from tests.web.desk_visits import a_signed_in_coordinator

FILE_NAME = "plantedscan-of-zelda.pdf"
FILE_WORDS = b"plantedbytes in the middle of a file"
# Under the half megabyte from which the test client would put it on the disk in plain, and leave it open.
PDF = b"%PDF-1.7\n" + bytes(300_000) + FILE_WORDS + bytes(range(256)) * 100
COORDINATOR = "Ines Probefall"
PLANTED = [NAME, "Plantedname", HEALTH, ADDRESS, "zelda.planted", FILE_NAME, "plantedscan", "plantedbytes", COORDINATOR]
SECRET = re.compile(r"(?:confirm|case|upload|resume)\.[A-Za-z0-9_-]{43}\.\d+\.[A-Za-z0-9_-]{43}")


@pytest.fixture
def whole_case(client, new_client, services, outbox_letters) -> list[str]:
    """A case from the first page to the download; returns every secret that was ever mailed."""
    desk = a_signed_in_coordinator(services, new_client(), COORDINATOR)
    _fill_and_send(client, services)
    confirm = SECRET.search(outbox_letters("confirm_address")[-1].text).group()
    client.answer(client.get(f"/l/{confirm}"))
    page = client.get("/case/records")
    number = next(n for n, form in enumerate(forms(page)) if form.action.endswith("/form"))
    token = forms(page)[number].fields["csrf_token"]
    given = {"csrf_token": token, "files": [(io.BytesIO(PDF), FILE_NAME)]}
    answer = client.post("/case/records/form", data=given, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    client.answer(client.get("/case/records"), form="/done")
    Worker(services, HANDLERS).run_until_idle()
    client.answer(client.get("/case/"), form="address", email=ADDRESS)
    assert HEALTH in client.get("/case/").text
    cases = desk.browser.get("/desk/").text
    case_id = re.search(r"/desk/cases/([A-Za-z0-9_-]+)", cases).group(1)
    assert HEALTH in desk.browser.get(f"/desk/cases/{case_id}").text
    return [found for letter in outbox_letters() for found in SECRET.findall(letter.text)]


def _fill_and_send(client, services) -> None:
    answer = client.answer(client.get("/request/en/can-it-wait"))
    for _ in range(30):
        page = client.get(answer.location, follow_redirects=True)
        step = page.request.path.rsplit("/", 1)[1]
        if step == "check":
            break
        values: dict[str, list[str]] = {}
        for name, value in TYPED.get(step, []):  # not every page asks something
            values.setdefault(name, []).append(value)
        answer = client.answer(page, form=step if values else 0, **values)
        assert answer.status_code == 303, answer.text
    assert client.answer(page, form="/send").status_code in (200, 303)


def _stolen(services) -> bytes:
    """Everything in the database, in the store of wrapped keys and in the vault, as a thief would have it."""
    parts = [path.read_bytes() for path in services.settings.vault.rglob("*") if path.is_file()]
    parts += [path.read_bytes() for path in Path(services.settings.var).glob("*.db*")]
    with services.database.read() as tx:
        for table in metadata.sorted_tables:
            for row in tx.all(select(table)):
                parts += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    return b"\n".join(parts)


@pytest.mark.usefixtures("database")
def test_a_thief_without_the_key_file_learns_nothing(services, whole_case: list[str]) -> None:
    stolen = _stolen(services).lower()
    assert len(stolen) > 300_000, "the vault must be among it"
    for planted in PLANTED:
        assert planted.lower().encode() not in stolen, planted
    assert len(whole_case) >= 3
    for secret in whole_case:
        assert secret.lower().encode() not in stolen
        assert secret.split(".")[3].lower().encode() not in stolen


@pytest.mark.usefixtures("database", "whole_case")
def test_letters_say_nothing_about_health_and_no_name(services, outbox_letters) -> None:
    letters = outbox_letters()
    assert {"confirm_address", "case_opened", "desk_case_opened", "records_in"} <= {each.letter for each in letters}
    for letter in letters:
        words = f"{letter.subject}\n{letter.text}\n{letter.html}".lower()
        assert not [planted for planted in PLANTED if planted.lower() in words and planted != COORDINATOR]


@pytest.mark.usefixtures("database", "whole_case")
def test_the_journal_holds_and_names_nobody(services) -> None:
    with services.database.read() as tx:
        assert journal.first_broken(tx) is None
        said = "\n".join(repr(tuple(row)) for row in tx.all(select(journal.journal)))
    assert not [planted for planted in PLANTED if planted.lower() in said.lower()]


@pytest.mark.usefixtures("whole_case")
def test_with_another_key_ring_nothing_opens(services, tmp_path: Path) -> None:
    other = KeyStore(services.keys.database, KeyRing.create(tmp_path / "other.json"))
    with services.database.read() as tx:
        cases = tx.all(select(metadata.tables["cases"].c.id))
    assert cases
    for row in cases:
        with pytest.raises(KeyRingUnfit):
            other.get(f"case:{row.id}")


def test_the_planted_words_would_be_found_if_they_stood_there(services, whole_case: list[str]) -> None:
    (services.settings.vault / "leak").write_bytes(b"..." + NAME.encode() + b"...")
    assert NAME.lower().encode() in _stolen(services).lower()
