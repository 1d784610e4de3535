"""The whole application on an object store over a line that fails: what was sent comes out again, to the byte."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from intake.cases.case import Case
from intake.config import Settings
from intake.jobs.check_record import check_record
from intake.queue import Job
from intake.records import parts, store, store_vault
from tests.builders import a_case
from tests.components.faulty_line import FaultyLine, faulty_line
from tests.components.seaweedfs import SeaweedFS
from tests.records.bench import some_bytes
from tests.visitor import forms
from tests.web.desk_visits import a_signed_in_coordinator
from tests.web.sending import PDF, TUS, announce, append, let_in_to_send, send

MIB = 1024 * 1024
MOST_TRIES = 200
QUICK = {"init_backoff": timedelta(milliseconds=2), "max_backoff": timedelta(milliseconds=5), "base": 2}


@pytest.fixture
def line(
    request: pytest.FixtureRequest, seaweedfs: SeaweedFS, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FaultyLine]:
    """The line between the application and its store, in order until it is told otherwise."""
    monkeypatch.setitem(store_vault.RETRY, "backoff", QUICK)
    if getattr(request, "param", "") == "one try only":
        monkeypatch.setitem(store_vault.RETRY, "max_retries", 0)
        monkeypatch.setattr(store_vault, "PUT_TRIES", 1)
    with faulty_line(seaweedfs.ports["s3"], one_in=0, seed=5) as line:
        yield line


@pytest.fixture
def settings(settings: Settings, seaweedfs: SeaweedFS, line: FaultyLine) -> Settings:
    """A service whose records lie in the store."""
    return replace(settings, vault_url=seaweedfs.address(line.endpoint), vault_access=seaweedfs.access)


@pytest.fixture
def case(services, now) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


@pytest.fixture
def sender(client, services, case, now):
    let_in_to_send(client, services, case, now)
    return client


def _offset(sender, address: str) -> int:
    return int(sender.head(address, headers=TUS).headers["Upload-Offset"])


def _send_all(sender, address: str, body: bytes, step: int) -> int:
    """Send in small requests, asking after every failure where the upload stands; how many requests failed."""
    offset = failed = 0
    for _ in range(MOST_TRIES):
        answer = append(sender, address, offset, body[offset : offset + step])
        if answer.status_code == 204:
            assert int(answer.headers["Upload-Offset"]) == min(offset + step, len(body))
        else:
            assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
            failed += 1
        stands = _offset(sender, address)
        assert stands >= offset, "an offset never goes back"
        if (offset := stands) == len(body):
            return failed
    pytest.fail("it never arrived")


def _taken_out(services, case: Case, new_client) -> bytes:
    """What a coordinator gets of the only record, after the check and the deliberate act."""
    with services.database.read() as tx:
        (upload,) = store.of_case(tx, case.id)
        objects = {part.object_id for part in parts.of_upload(tx, upload.id)}
    assert set(services.vault.every()) == objects, "nothing is left behind"
    check_record(services, Job("job", "check_record", upload.id, 1, "worker"))
    browser = a_signed_in_coordinator(services, new_client()).browser
    where = f"/desk/cases/{case.id}/records/{upload.id}"
    browser.answer(browser.get(f"{where}/open"), form="/open")
    return browser.get(where).data


def test_a_large_file_in_small_requests_arrives_whole_although_one_write_in_five_fails(
    sender, services, case, new_client, line
) -> None:
    body = b"%PDF-1.7\n" + some_bytes(40 * MIB + 12_345)
    address = announce(sender, len(body)).location
    line.one_in = 5
    _send_all(sender, address, body, MIB)
    faults = {fault: line.seen["PUT", fault] for fault in ("error", "hang up before", "hang up after")}
    assert sum(faults.values()) >= 6 and all(faults.values()), faults
    assert _taken_out(services, case, new_client) == body


@pytest.mark.parametrize("line", ["one try only"], indirect=True)
def test_when_writes_fail_for_good_the_requests_are_put_off_and_still_nothing_is_lost(
    line, sender, services, case, new_client
) -> None:
    body = b"%PDF-1.7\n" + some_bytes(4 * MIB)
    address = announce(sender, len(body)).location
    line.one_in = 2
    assert _send_all(sender, address, body, 300_000) > 0
    assert _taken_out(services, case, new_client) == body


def test_a_store_that_is_away_is_said_kindly_and_the_upload_goes_on_later(sender, services, line) -> None:
    body = PDF * 300
    address = announce(sender, len(body)).location
    append(sender, address, 0, body[: 2 * MIB])
    line.closed.add("PUT")
    answer = append(sender, address, 2 * MIB, body[2 * MIB :])
    assert (answer.status_code, answer.json["code"]) == (503, "vault_away")
    assert "What has arrived is safe" in answer.json["message"] and int(answer.headers["Retry-After"]) > 0
    assert _offset(sender, address) == 2 * MIB == len(body[: 2 * MIB])
    line.closed.clear()
    assert append(sender, address, 2 * MIB, body[2 * MIB :]).status_code == 204


def test_the_plain_form_says_so_too_and_keeps_nothing(sender, services, case, line) -> None:
    line.closed.add("PUT")
    page = next(form for form in forms(sender.get("/case/records")) if form.action.endswith("/form"))
    fields = {"csrf_token": page.fields["csrf_token"], "files": [(io.BytesIO(PDF * 40), "letter.pdf")]}
    answer = sender.post("/case/records/form", data=fields, content_type="multipart/form-data")
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
    assert "We cannot reach our file storage right now" in answer.text
    line.closed.clear()
    with services.database.read() as tx:
        assert store.of_case(tx, case.id) == []
    assert list(services.vault.every()) == []


def test_an_upload_can_be_given_up_while_the_store_is_away(sender, services, line) -> None:
    address = announce(sender, 1000).location
    append(sender, address, 0, b"x" * 500)
    line.closed |= {"DELETE", "POST", "PUT", "GET", "HEAD"}
    assert sender.delete(address, headers=TUS).status_code == 204
    assert sender.head(address, headers=TUS).status_code == 410


def test_a_download_from_a_store_that_is_away_is_a_page_and_not_half_a_file(
    sender, services, case, new_client, line
) -> None:
    send(sender)
    assert _taken_out(services, case, new_client) == PDF
    browser = a_signed_in_coordinator(services, new_client(), "Omar Probefall").browser
    with services.database.read() as tx:
        (upload,) = store.of_case(tx, case.id)
    where = f"/desk/cases/{case.id}/records/{upload.id}"
    browser.answer(browser.get(f"{where}/open"), form="/open")
    line.closed |= {"GET", "HEAD"}
    answer = browser.get(where)
    assert answer.status_code == 503 and "What has arrived is safe" in answer.text
    assert "ETag" not in answer.headers and "Content-Disposition" not in answer.headers


def test_readiness_names_a_store_that_is_away(client, line) -> None:
    assert client.get("/readyz").get_json()["wrong"] == []
    line.closed |= {"GET", "HEAD", "PUT"}
    answer = client.get("/readyz")
    assert answer.status_code == 503 and answer.get_json()["wrong"] == ["vault"]


def test_readiness_names_a_full_service(client, sender, services) -> None:
    announce(sender, 1000)
    object.__setattr__(services.settings, "service_max_bytes", 1000)
    assert client.get("/readyz").get_json()["wrong"] == ["room"]
    full = announce(sender, 1)
    assert (full.status_code, full.json["code"]) == (507, "service_full")
    assert int(full.headers["Retry-After"]) > 0 and "What you have sent is safe" in full.json["message"]
