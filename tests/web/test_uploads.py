"""The upload protocol as a client sees it, sentence by sentence, on a real application."""

import threading

import pytest

from intake.cases import lifecycle
from intake.cases.case import Case
from intake.errors import UploadEmpty
from intake.links import grants, sessions
from intake.links.tokens import Purpose
from intake.records import store
from tests.builders import a_case
from tests.web.sending import PDF, TUS, announce, append, let_in_to_look, let_in_to_send, metadata, send


@pytest.fixture
def case(services, now) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


@pytest.fixture
def sender(client, services, case, now):
    let_in_to_send(client, services, case, now)
    return client


def _head(client, address: str):
    return client.head(address, headers=TUS)


def test_options_says_what_we_speak_to_anybody(client, services) -> None:
    for address in ("/uploads", "/uploads/anything"):
        answer = client.options(address)
        assert answer.status_code == 204
        assert answer.headers["Tus-Version"] == answer.headers["Tus-Resumable"] == "1.0.0"
        assert answer.headers["Tus-Extension"] == "creation,expiration,termination"
        assert answer.headers["Tus-Max-Size"] == str(services.settings.upload_max_bytes)


def test_a_file_is_announced_sent_in_two_pieces_and_asked_about(sender) -> None:
    created = announce(sender, len(PDF))
    assert created.status_code == 201 and created.headers["Upload-Expires"].endswith("GMT")
    address = created.location
    first = append(sender, address, 0, PDF[:5000])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "5000")
    assert first.headers["Tus-Resumable"] == "1.0.0" and "Upload-Expires" in first.headers
    head = _head(sender, address)
    assert (head.status_code, head.headers["Upload-Offset"]) == (200, "5000")
    assert head.headers["Upload-Length"] == str(len(PDF)) and head.headers["Cache-Control"] == "no-store"
    last = append(sender, address, 5000, PDF[5000:])
    assert last.headers["Upload-Offset"] == str(len(PDF)) and "Upload-Expires" not in last.headers
    assert _head(sender, address).headers["Upload-Offset"] == str(len(PDF))


def test_a_replayed_completion_is_answered_as_the_first_time(sender) -> None:
    address = send(sender)
    again = append(sender, address, len(PDF), b"")
    assert (again.status_code, again.headers["Upload-Offset"]) == (204, str(len(PDF)))


def test_a_wrong_offset_is_answered_with_the_true_one_and_a_kind_sentence(sender) -> None:
    address = announce(sender, len(PDF)).location
    append(sender, address, 0, PDF[:100])
    answer = append(sender, address, 50, PDF[50:])
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (409, "100")
    assert answer.json["code"] == "offset_mismatch" and "Nothing was lost" in answer.json["message"]


@pytest.mark.parametrize("version", [None, "0.2.2", "2.0.0"])
def test_another_version_of_the_protocol_is_refused_before_anything_else(sender, version) -> None:
    headers = {} if version is None else {"Tus-Resumable": version}
    address = announce(sender, 10).location
    for answer in (sender.post("/uploads", headers=headers), sender.head(address, headers=headers),
                   sender.patch(address, headers=headers), sender.delete(address, headers=headers)):  # fmt: skip
        assert answer.status_code == 412 and answer.headers["Tus-Version"] == "1.0.0"


@pytest.mark.parametrize("length", ["", "-1", "1e3", "0x10", "ten", "9" * 30, "1.0", "٣"])
def test_a_length_that_is_no_number_is_refused(sender, length) -> None:
    answer = sender.post("/uploads", headers=TUS | {"Upload-Length": length.encode().decode("latin-1")})
    assert answer.status_code == 400 and "Upload-Length" in answer.json["message"]


def test_a_deferred_length_and_a_concatenation_are_not_offered(sender) -> None:
    assert sender.post("/uploads", headers=TUS | {"Upload-Defer-Length": "1"}).status_code == 400
    assert sender.post("/uploads", headers=TUS | {"Upload-Concat": "final;/uploads/../x"}).status_code == 400


def test_an_empty_file_and_one_that_is_too_large_get_a_kind_sentence(sender, services) -> None:
    empty = announce(sender, 0)
    assert empty.status_code == 400 and "empty" in empty.json["message"]
    large = announce(sender, services.settings.upload_max_bytes + 1)
    assert large.status_code == 413 and "21 GB" in large.json["message"]


def test_bytes_of_another_media_type_are_refused(sender) -> None:
    address = announce(sender, 10).location
    for kind in ("application/octet-stream", "", "text/plain"):
        assert append(sender, address, 0, b"12345", **{"Content-Type": kind}).status_code == 415
    assert _head(sender, address).headers["Upload-Offset"] == "0"


def test_an_offset_that_is_no_number_is_refused(sender) -> None:
    address = announce(sender, 10).location
    for offset in ("", "-1", "abc"):
        assert append(sender, address, 0, b"12345", **{"Upload-Offset": offset}).status_code == 400


def test_more_than_was_announced_is_refused_and_the_upload_goes_on(sender) -> None:
    address = announce(sender, 10).location
    append(sender, address, 0, b"12345")
    answer = append(sender, address, 5, b"6789012345")
    assert answer.status_code == 413 and "Nothing was lost" in answer.json["message"]
    assert _head(sender, address).headers["Upload-Offset"] == "5"
    assert append(sender, address, 5, b"67890").status_code == 204


def test_a_full_quota_says_so_and_reserves_nothing(sender, services, case, now) -> None:
    with services.database.transaction() as tx:
        grant = grants.standing(tx, Purpose.UPLOAD, case.id, now)
        grants.reserve(tx, grant.id, grant.bytes_left - 100)
    full = announce(sender, 101)
    assert full.status_code == 413 and "make room" in full.json["message"]
    assert announce(sender, 100).status_code == 201


def test_a_full_case_says_so_whatever_its_link_still_allows(sender, services) -> None:
    object.__setattr__(services.settings, "case_max_bytes", 1000)
    first = announce(sender, 600)
    assert first.status_code == 201
    full = announce(sender, 401)
    assert (full.status_code, full.json["code"]) == (413, "quota_full") and "make room" in full.json["message"]
    assert sender.delete(first.location, headers=TUS).status_code == 204
    assert announce(sender, 1000).status_code == 201
    object.__setattr__(services.settings, "case_max_files", 1)
    assert announce(sender, 1).status_code == 413


def test_a_cancelled_upload_is_gone_and_its_room_is_free_again(sender, services, case, now) -> None:
    address = announce(sender, 1000).location
    append(sender, address, 0, b"x" * 500)
    assert sender.delete(address, headers=TUS).status_code == 204
    assert _head(sender, address).status_code == 410
    assert append(sender, address, 500, b"x").status_code == 410
    assert sender.delete(address, headers=TUS).status_code == 410
    with services.database.read() as tx:
        assert grants.standing(tx, Purpose.UPLOAD, case.id, now).bytes_left == services.settings.case_max_bytes
    assert list(services.vault.every()) == []


def test_a_complete_record_cannot_be_cancelled_through_the_link_that_only_adds(sender) -> None:
    address = send(sender)
    assert sender.delete(address, headers=TUS).status_code == 409
    assert _head(sender, address).status_code == 200


def test_nothing_can_be_read_back_and_unknown_methods_are_refused(sender) -> None:
    address = send(sender)
    assert sender.get(address, headers=TUS).status_code == 405
    assert sender.put(address, headers=TUS).status_code == 405
    assert sender.get("/uploads", headers=TUS).status_code == 405


def test_the_browser_that_sent_a_file_gets_its_metadata_back_and_another_does_not(
    sender, new_client, services, case, now
) -> None:
    said = metadata(filename="my letter.pdf", filetype="application/pdf")
    address = announce(sender, 10, **{"Upload-Metadata": said}).location
    assert _head(sender, address).headers["Upload-Metadata"] == said
    other = new_client()
    let_in_to_send(other, services, case, now)
    assert _head(other, address).headers["Upload-Offset"] == "0"
    assert "Upload-Metadata" not in _head(other, address).headers


def test_without_a_session_every_door_is_closed(sender, new_client) -> None:
    address, stranger = announce(sender, 10).location, new_client()
    assert announce(stranger, 10).status_code == 401
    assert _head(stranger, address).status_code == 401
    assert append(stranger, address, 0, b"1").status_code == 401
    assert stranger.delete(address, headers=TUS).status_code == 401


def test_a_case_session_alone_may_not_send(client, services, case, now) -> None:
    let_in_to_look(client, services, case, now)
    assert announce(client, 10).status_code == 401


def test_uploads_of_another_case_look_as_if_they_did_not_exist(sender, new_client, services, now) -> None:
    address = announce(sender, 10).location
    with services.database.transaction() as tx:
        other_case = a_case(tx, services, now)
    other = new_client()
    let_in_to_send(other, services, other_case, now)
    for answer in (_head(other, address), append(other, address, 0, b"1"), other.delete(address, headers=TUS)):
        assert answer.status_code == 404
    assert _head(other, "/uploads/" + "0" * 32).status_code == 404
    assert _head(other, "/uploads/%2e%2e%2fetc").status_code == 404


def test_a_revoked_grant_closes_an_upload_in_its_middle(sender, services, case, now) -> None:
    address = announce(sender, 10).location
    append(sender, address, 0, b"12345")
    with services.database.transaction() as tx:
        grants.revoke_all(tx, case.id, now)
    assert append(sender, address, 5, b"67890").status_code == 401


def test_a_case_that_was_taken_back_takes_no_more_files(sender, services, case, now) -> None:
    address = announce(sender, 10).location
    with services.database.transaction() as tx:
        lifecycle.withdraw_case(tx, services, case.id, now)
    assert announce(sender, 10).status_code in (401, 409)
    assert append(sender, address, 0, b"1").status_code in (401, 409)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Scans\\brain.dcm", "brain.dcm"),
        ("evil\u202efdp.exe", "evilfdp.exe"),
        ("line\r\nbreak\x00.pdf", "line break.pdf"),
        ("\u200b", "file"),
        ("تقرير.pdf", "تقرير.pdf"),
    ],
)
def test_hostile_names_are_kept_harmless(sender, services, case, given, shown) -> None:
    assert announce(sender, 10, given).status_code == 201
    assert shown in sender.get("/case/records").text
    if "\u202e" in given:
        assert "\u202e" not in sender.get("/case/records").text


@pytest.mark.parametrize("text", ["filename ###", "a b c", "filename YQ==,filename YQ==", ",", "k\u00e9y YQ=="])
def test_metadata_that_breaks_the_protocol_is_refused(sender, text) -> None:
    assert announce(sender, 10, **{"Upload-Metadata": text}).status_code == 400


def test_head_and_options_change_nothing(sender, services) -> None:
    address = announce(sender, 10).location
    append(sender, address, 0, b"12345")
    with services.database.read() as tx:
        before = store.get(tx, address.rsplit("/", 1)[1])
    for _ in range(2):
        _head(sender, address)
        sender.options(address)
    with services.database.read() as tx:
        assert store.get(tx, before.id) == before


def test_when_all_places_are_taken_the_next_is_asked_to_wait(sender, app) -> None:
    address = announce(sender, 10).location
    app.extensions["intake_places"] = threading.Semaphore(0)
    answer = append(sender, address, 0, b"12345")
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
    assert "goes on by itself" in answer.json["message"]


def test_every_refusal_says_what_to_do_and_loses_nothing(sender, services) -> None:
    address, whole, gone = announce(sender, 10).location, send(sender), announce(sender, 10).location
    assert append(sender, address, 0, b"12345").status_code == 204
    assert sender.delete(gone, headers=TUS).status_code == 204
    object.__setattr__(services.settings, "disk_min_free_bytes", 1 << 60)
    said = {
        "protocol_unsupported": (412, "Reload the page", sender.post("/uploads", headers={"Tus-Resumable": "0.2.2"})),
        "media_type_wrong": (415, "Reload the page", append(sender, address, 5, b"6", **{"Content-Type": "x/y"})),
        "header_wrong": (400, "Reload the page", append(sender, address, 5, b"6", **{"Upload-Offset": "five"})),
        "offset_mismatch": (409, "continues by itself", append(sender, address, 0, b"1")),
        "upload_overrun": (413, "goes on from where it was", append(sender, address, 5, b"678901")),
        "upload_complete": (409, "already arrived", sender.delete(whole, headers=TUS)),
        "upload_gone": (410, "Choose the file again", append(sender, gone, 0, b"1")),
        "upload_not_found": (404, "Choose the file again", append(sender, f"/uploads/{'0' * 32}", 0, b"1")),
        "upload_empty": (400, "Choose the file again", announce(sender, 0)),
        "upload_too_large": (413, "smaller parts", announce(sender, services.settings.upload_max_bytes + 1)),
        "space_short": (507, "What you have sent is safe", announce(sender, 10)),
    }
    for code, (status, words, answer) in said.items():
        assert (answer.status_code, answer.json["code"]) == (status, code)
        assert words in answer.json["message"]
    assert int(said["space_short"][2].headers["Retry-After"]) > 0
    assert _head(sender, address).headers["Upload-Offset"] == "5"
    assert append(sender, address, 5, b"67890").status_code == 204


def test_a_sender_whose_session_is_over_is_told_how_to_come_back(new_client) -> None:
    answer = announce(new_client(), 10)
    assert (answer.status_code, answer.json["code"]) == (401, "session_missing")
    assert "Open the link in our e-mail" in answer.json["message"]


def test_a_refusal_is_said_in_the_language_of_the_page(sender, services) -> None:
    with services.database.transaction() as tx:
        tx.execute(sessions.sessions.update().values(language="es"))
    answer = announce(sender, 0)
    assert answer.status_code == 400
    assert answer.json["message"] == services.languages.gettext("es")(UploadEmpty.message) != UploadEmpty.message
