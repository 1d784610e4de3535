"""The records page with and without script: what each visitor may see, the plain form, and "I have sent everything"."""

import io
import re
from datetime import timedelta

import pytest

from intake.cases import store
from intake.cases.case import Case, Stage
from intake.errors import RequestForged
from intake.jobs.check_record import check_record
from intake.queue import Job
from intake.records import store as record_store
from intake.records.vault import FileFilling
from tests.builders import a_case
from tests.visitor import forms
from tests.web.sending import PDF, announce, append, let_in_to_look, let_in_to_send, send

PAGE = "/case/records"


@pytest.fixture
def case(services, now) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


@pytest.fixture
def sender(client, services, case, now):
    let_in_to_send(client, services, case, now)
    return client


def _address(services, case) -> str:
    with services.database.read() as tx:
        return store.read_address(tx, services.keys, case)


def _uploads(services, case):
    with services.database.read() as tx:
        return record_store.of_case(tx, case.id)


def _check_all(services, case) -> None:
    for upload in _uploads(services, case):
        check_record(services, Job("job", "check_record", upload.id, 1, "worker"))


def _post_form(client, *files: tuple[str, bytes], token: str | None = None):
    found = next(form for form in forms(client.get(PAGE)) if form.action.endswith("/form"))
    fields = {"csrf_token": found.fields["csrf_token"] if token is None else token}
    given = [(io.BytesIO(body), name) for name, body in files]
    return client.post(f"{PAGE}/form", data=fields | {"files": given}, content_type="multipart/form-data")


def test_without_any_session_the_page_says_how_to_come_back(client) -> None:
    answer = client.get(PAGE)
    assert answer.status_code == 401 and "Open the link in our e-mail" in answer.text


def test_the_page_works_without_script_and_holds_no_inline_one(sender) -> None:
    page = sender.get(PAGE)
    assert page.status_code == 200
    assert 'enctype="multipart/form-data"' in page.text
    assert '<input id="files" name="files" type="file" multiple' in page.text
    assert not re.search(r"<script(?![^>]*src=)|<style| style=| on[a-z]+=", page.text)
    assert "ZIP folder, for example a whole disc" in page.text


def test_the_plain_form_takes_several_files_and_shows_each(sender, services, case) -> None:
    body = PDF * 40
    answer = _post_form(sender, ("letter one.pdf", PDF), ("letter two.pdf", body), ("تقرير.pdf", PDF + b"x"))
    assert (answer.status_code, answer.location) == (303, PAGE)
    page = sender.get(PAGE)
    assert "letter one.pdf" in page.text and "letter two.pdf" in page.text and "تقرير.pdf" in page.text
    assert sorted(upload.length for upload in _uploads(services, case)) == [len(PDF), len(PDF) + 1, len(body)]
    assert all(upload.complete for upload in _uploads(services, case))


def test_a_disk_with_little_room_is_said_on_the_page_and_nothing_is_kept(sender, services, case) -> None:
    object.__setattr__(services.settings, "disk_min_free_bytes", 1 << 60)
    answer = _post_form(sender, ("letter.pdf", PDF))
    assert answer.status_code == 507 and int(answer.headers["Retry-After"]) > 0
    assert "We cannot take more files at this moment" in answer.text and "Try again in an hour" in answer.text
    assert _uploads(services, case) == [] and list(services.vault.every()) == []


@pytest.mark.parametrize("when", ["it begins", "it is written", "it is made durable"])
def test_a_disk_that_fills_up_while_a_form_arrives_is_said_on_the_page(
    sender, services, case, monkeypatch, when
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    if when == "it begins":
        monkeypatch.setattr(services.vault, "begin", full)
    else:
        monkeypatch.setattr(FileFilling, "write" if when == "it is written" else "keep", full)
    answer = _post_form(sender, ("letter.pdf", PDF * 40))
    assert answer.status_code == 507 and "What you have sent is safe" in answer.text
    monkeypatch.undo()
    assert _uploads(services, case) == [] and list(services.vault.every()) == []


def test_nothing_is_set_aside_once_the_plain_form_is_done(sender, services, case) -> None:
    _post_form(sender, ("letter.pdf", PDF * 40))
    assert len(list(services.vault.every())) == len(_uploads(services, case)) == 1


def test_a_plain_form_without_its_signature_is_refused_and_keeps_nothing(sender, services, case) -> None:
    for token in ("", "1.forged", "x" * 3000):
        answer = _post_form(sender, ("letter.pdf", PDF), token=token)
        assert answer.status_code == 403 and RequestForged.message.split(".")[0] in answer.text
    assert _uploads(services, case) == [] and list(services.vault.every()) == []


def test_a_file_before_the_signature_is_refused(sender, services, case) -> None:
    found = next(form for form in forms(sender.get(PAGE)) if form.action.endswith("/form"))
    token = found.fields["csrf_token"].encode()
    body = (
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n' + PDF
        + b'\r\n--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + token + b"\r\n--b--\r\n"
    )  # fmt: skip
    answer = sender.post(f"{PAGE}/form", data=body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 403 and _uploads(services, case) == []


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "multipart/form-data; boundary=other"])
def test_a_body_that_is_no_form_is_refused_kindly(sender, services, case, kind) -> None:
    answer = sender.post(f"{PAGE}/form", data=b"--b\r\nhello", content_type=kind)
    assert answer.status_code == 400 and "try again" in answer.text
    assert _uploads(services, case) == []


def test_choosing_nothing_is_said_kindly(sender) -> None:
    answer = _post_form(sender, ("", b""))
    assert answer.status_code == 422 and "Choose at least one file first." in answer.text


def test_an_empty_file_is_said_kindly_and_what_came_before_it_stays(sender, services, case) -> None:
    answer = _post_form(sender, ("good.pdf", PDF), ("empty.pdf", b""))
    assert answer.status_code == 400 and "This file is empty" in answer.text and "good.pdf" in answer.text
    assert len(_uploads(services, case)) == 1


def test_a_plain_form_that_is_too_large_is_said_kindly_and_leaves_nothing(services, app, new_client, case, now) -> None:
    small = type(services)(**{
        name: getattr(services, name) for name in services.__dataclass_fields__
    } | {"settings": _with(services.settings, plain_form_max_bytes=100_000)})  # fmt: skip
    app.extensions["intake"] = small
    sender = new_client()
    let_in_to_send(sender, small, case, now)
    answer = _post_form(sender, ("large.pdf", PDF * 30))
    assert answer.status_code == 413 and "too much at once" in answer.text
    assert _uploads(small, case) == [] and list(small.vault.every()) == []


def _with(settings, **changed):
    return type(settings)(**{name: getattr(settings, name) for name in settings.__dataclass_fields__} | changed)


def test_an_unfinished_file_is_listed_with_what_its_continuation_needs(sender) -> None:
    address = announce(sender, len(PDF), "scan of the knee.pdf").location
    append(sender, address, 0, PDF[:6000])
    page = sender.get(PAGE).text
    assert f'data-upload="{address}"' in page and f'data-length="{len(PDF)}"' in page
    assert 'data-name="scan of the knee.pdf"' in page
    assert "6 kB of 10 kB have arrived. Choose this file again to go on." in re.sub("[\u2068\u2069]", "", page)


def test_another_browser_with_the_same_link_sees_nothing_of_what_this_one_sent(
    sender, new_client, services, case, now
) -> None:
    send(sender, name="my private letter.pdf")
    other = new_client()
    let_in_to_send(other, services, case, now)
    page = other.get(PAGE).text
    assert "my private letter" not in page and "No file yet." in page


def test_the_sender_sees_state_but_no_receipt_and_the_checked_address_sees_receipts(
    sender, new_client, services, case, now
) -> None:
    send(sender, name="letter.pdf")
    _check_all(services, case)
    sent = sender.get(PAGE).text
    assert "Arrived" in sent and "SHA-256" not in sent
    looker = new_client()
    let_in_to_look(looker, services, case, now, _address(services, case))
    receipts = looker.get(PAGE).text
    assert "Checksum (SHA-256)" in receipts and "letter.pdf" in receipts and "not scanned" in receipts
    assert re.search(r"[0-9a-f]{64}", receipts) and "We delete them on" in receipts


def test_a_case_link_without_the_address_shows_no_names(client, new_client, services, case, now) -> None:
    sender = new_client()
    let_in_to_send(sender, services, case, now)
    send(sender, name="my private letter.pdf")
    let_in_to_look(client, services, case, now)
    page = client.get(PAGE).text
    assert "my private letter" not in page and "Send files from this device" in page


def test_from_the_case_one_button_leads_to_sending(client, services, case, now) -> None:
    let_in_to_look(client, services, case, now)
    answer = client.answer(client.get("/case/"), form="/case/records/start")
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert announce(client, len(PDF)).status_code == 201


def test_a_rejected_file_says_why_and_is_not_kept(sender, services, case) -> None:
    send(sender, b"MZ" + bytes(1000), "viewer.dcm")
    _check_all(services, case)
    page = sender.get(PAGE).text
    assert "Not accepted" in page and "We cannot take this kind of file." in page
    assert list(services.vault.every()) == []


def test_an_unfinished_file_can_be_removed_from_the_list(sender, services, case) -> None:
    announce(sender, len(PDF), "wrong one.pdf")
    answer = sender.answer(sender.get(PAGE), form="/cancel")
    assert answer.status_code == 303 and "wrong one" not in sender.get(PAGE).text


def test_nobody_removes_the_file_of_another_browser(sender, new_client, services, case, now) -> None:
    address = announce(sender, len(PDF), "mine.pdf").location
    other = new_client()
    let_in_to_send(other, services, case, now)
    announce(other, len(PDF), "theirs.pdf")
    token = next(form for form in forms(other.get(PAGE)) if "/cancel" in form.action).fields["csrf_token"]
    upload_id = address.rsplit("/", 1)[1]
    assert other.post(f"{PAGE}/{upload_id}/cancel", data={"csrf_token": token}).status_code == 404
    assert "mine.pdf" in sender.get(PAGE).text


def test_everything_sent_moves_the_case_when_all_is_checked(sender, services, case, now) -> None:
    send(sender)
    answer = sender.answer(sender.get(PAGE), form="/done")
    assert answer.status_code == 303 and "You told us that everything is here" in sender.get(PAGE).text
    with services.database.read() as tx:
        assert store.case_by_id(tx, case.id).stage is Stage.OPENED
    _check_all(services, case)
    with services.database.read() as tx:
        assert store.case_by_id(tx, case.id).stage is Stage.RECORDS_IN


def test_everything_sent_is_not_believed_while_a_file_is_unfinished_or_none_was_sent(sender, services, case) -> None:
    nothing = sender.answer(sender.get(PAGE), form="/done")
    assert nothing.status_code == 409 and "No file has arrived yet" in nothing.text
    address = announce(sender, len(PDF)).location
    waiting = sender.answer(sender.get(PAGE), form="/done")
    assert waiting.status_code == 409 and "have not arrived in full" in waiting.text
    assert append(sender, address, 0, PDF).status_code == 204
    assert sender.answer(sender.get(PAGE), form="/done").status_code == 303


def test_after_the_case_was_closed_the_page_offers_no_sending(sender, services, case, now, still_clock) -> None:
    send(sender)
    with services.database.transaction() as tx:
        store.change(tx, case.id, stage=Stage.WITHDRAWN.value)
    page = sender.get(PAGE)
    assert page.status_code == 200 and "takes no more files" in page.text
    still_clock.advance(days=40)
    assert sender.get(PAGE).status_code == 401
    assert timedelta(days=40) > timedelta(days=services.settings.upload_link_days)
