"""Records out of the vault: whole, in parts, as one ZIP, and only after a deliberate act when they are held."""

import hashlib
import io
import zipfile

import pytest

from intake import journal
from intake.records.upload import Verdict
from tests.builders import a_case
from tests.web.desk_shelf import CLEAN, HELD, PDF, Says, a_record
from tests.web.desk_visits import a_signed_in_coordinator

LENGTH = len(PDF)
TAG = hashlib.sha256(PDF).hexdigest()


@pytest.fixture
def ines(services, client):
    return a_signed_in_coordinator(services, client)


@pytest.fixture
def case(services, now):
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


@pytest.fixture
def clean(services, case):
    return a_record(services, case.id, scanner=CLEAN, name="../Befund über Knie\r\n.pdf")


@pytest.fixture
def held(services, case):
    return a_record(services, case.id, scanner=HELD)


def address(case, upload, act=""):
    return f"/desk/cases/{case.id}/records/{upload.id}{act}"


def lines(services, case, event):
    with services.database.read() as tx:
        return [line for line in journal.lines(tx, case.id) if line.event == event]


def test_a_clean_record_comes_whole_and_true(database, services, ines, case, clean):
    answer = ines.browser.get(address(case, clean))
    assert answer.status_code == 200 and answer.data == PDF
    said = answer.headers
    assert said["Content-Length"] == str(LENGTH) and said["Accept-Ranges"] == "bytes"
    assert said["ETag"] == f'"{TAG}"' and said["Content-Type"] == "application/pdf"
    (line,) = lines(services, case, "record.read")
    assert line.actor == f"coordinator:{ines.who.id}" and line.facts == {"upload": clean.id}


def test_a_record_is_never_shown_in_the_page(ines, case, clean):
    said = ines.browser.get(address(case, clean)).headers
    assert said["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert said["X-Content-Type-Options"] == "nosniff" and said["Cache-Control"] == "no-store"
    assert said["Cross-Origin-Resource-Policy"] == "same-origin"
    name = said["Content-Disposition"]
    assert name.startswith(f'attachment; filename="{case.reference}-01 ') and name.isascii()
    assert "/" not in name.split("filename*")[0] and "\r" not in name and "\n" not in name


@pytest.mark.parametrize("where", ["image", "script", "iframe", "style", "object", "embed"])
def test_a_page_cannot_draw_a_record_into_itself(ines, case, clean, where):
    assert ines.browser.get(address(case, clean), headers={"Sec-Fetch-Dest": where}).status_code == 403


@pytest.mark.parametrize("where", ["document", "empty"])
def test_a_person_or_a_download_tool_gets_it(ines, case, clean, where):
    assert ines.browser.get(address(case, clean), headers={"Sec-Fetch-Dest": where}).data == PDF


RECORD = 512 * 1024


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, LENGTH),
        (f"bytes={LENGTH - 1}-", LENGTH - 1, LENGTH),
        (f"bytes={LENGTH - 1}-{LENGTH + 500}", LENGTH - 1, LENGTH),
        ("bytes=-1", LENGTH - 1, LENGTH),
        (f"bytes=-{LENGTH}", 0, LENGTH),
        (f"bytes=-{LENGTH + 9}", 0, LENGTH),
        (f"bytes={RECORD - 1}-{RECORD}", RECORD - 1, RECORD + 1),
        (f"bytes={RECORD}-{RECORD}", RECORD, RECORD + 1),
    ],
)
def test_a_range_is_given_to_the_byte(ines, case, clean, asked, start, stop):
    answer = ines.browser.get(address(case, clean), headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{LENGTH}"
    assert answer.headers["Content-Length"] == str(stop - start) and answer.data == PDF[start:stop]


@pytest.mark.parametrize("asked", [f"bytes={LENGTH}-", f"bytes={LENGTH + 7}-{LENGTH + 9}"])
def test_a_range_that_is_not_there_is_said_so(services, ines, case, clean, asked):
    answer = ines.browser.get(address(case, clean), headers={"Range": asked})
    assert answer.status_code == 416 and answer.headers["Content-Range"] == f"bytes */{LENGTH}"
    assert lines(services, case, "record.read") == []


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "lines=1-2", "bytes=5-2", "bytes=x-y", "nonsense"])
def test_a_range_that_we_do_not_speak_gives_the_whole(ines, case, clean, asked):
    answer = ines.browser.get(address(case, clean), headers={"Range": asked})
    assert answer.status_code == 200 and answer.data == PDF


@pytest.mark.parametrize(
    ("condition", "status"),
    [(f'"{TAG}"', 206), (f'W/"{TAG}"', 200), ('"another"', 200), ("Wed, 21 Oct 2026 07:28:00 GMT", 200)],
)
def test_a_range_goes_on_only_with_the_same_file(ines, case, clean, condition, status):
    answer = ines.browser.get(address(case, clean), headers={"Range": "bytes=5-9", "If-Range": condition})
    assert answer.status_code == status


def test_what_a_program_holds_already_is_not_given_again(services, ines, case, clean):
    same = ines.browser.get(address(case, clean), headers={"If-None-Match": f'"old", "{TAG}"'})
    assert same.status_code == 304 and same.data == b"" and same.headers["ETag"] == f'"{TAG}"'
    assert "Content-Type" not in same.headers and "Content-Length" not in same.headers
    other = ines.browser.get(address(case, clean), headers={"If-Match": '"another"', "Range": "bytes=0-9"})
    assert other.status_code == 412
    assert lines(services, case, "record.read") == []


def test_what_cannot_be_opened_is_a_page_and_not_half_a_file_and_no_line_says_it_was_read(
    services, ines, case, clean
):
    for object_id in services.vault.every():
        services.vault.destroy(object_id)
    for headers in ({}, {"Range": "bytes=600000-"}):
        answer = ines.browser.get(address(case, clean), headers=headers)
        assert answer.status_code == 500 and "could not be opened" in answer.text
        assert "ETag" not in answer.headers and "Content-Disposition" not in answer.headers
    assert lines(services, case, "record.read") == []


def test_head_says_the_same_and_gives_nothing(services, ines, case, clean):
    whole = ines.browser.head(address(case, clean))
    assert whole.status_code == 200 and whole.data == b"" and whole.headers["Content-Length"] == str(LENGTH)
    part = ines.browser.head(address(case, clean), headers={"Range": "bytes=0-9"})
    assert part.status_code == 200, "ranges are for GET alone (RFC 9110, section 14.2)"
    assert part.headers["Content-Length"] == str(LENGTH) and "Content-Range" not in part.headers
    assert lines(services, case, "record.read") == []


def test_a_download_that_goes_on_is_one_line_and_one_that_begins_in_the_middle_is_not_missed(
    services, ines, case, clean
):
    ines.browser.get(address(case, clean), headers={"Range": "bytes=1-"})
    assert len(lines(services, case, "record.read")) == 1
    ines.browser.get(address(case, clean), headers={"Range": "bytes=1000-"})
    assert len(lines(services, case, "record.read")) == 1
    ines.browser.get(address(case, clean))
    assert len(lines(services, case, "record.read")) == 2


def test_a_held_record_opens_only_after_a_deliberate_act(database, services, ines, case, held):
    assert ines.browser.get(address(case, held)).status_code == 409
    warning = ines.browser.get(address(case, held, "/open"))
    assert "These files may be harmful" in warning.text and lines(services, case, "record.released") == []
    assert ines.browser.get(address(case, held)).status_code == 409, "looking at the warning opens nothing"
    act = ines.browser.answer(warning, form="/open")
    assert act.status_code == 303 and act.location.endswith("#records")
    assert ines.browser.get(address(case, held)).data == PDF
    (line,) = lines(services, case, "record.released")
    assert line.actor == f"coordinator:{ines.who.id}" and line.facts == {"upload": held.id}


def test_the_act_is_journalled_once(services, ines, case, held):
    warning = ines.browser.get(address(case, held, "/open"))
    for _ in range(2):
        assert ines.browser.answer(warning, form="/open").status_code == 303
    assert len(lines(services, case, "record.released")) == 1


def test_the_act_of_one_coordinator_opens_nothing_for_another(services, ines, case, held, new_client):
    ines.browser.answer(ines.browser.get(address(case, held, "/open")), form="/open")
    omar = a_signed_in_coordinator(services, new_client(), "Omar Probefall")
    assert omar.browser.get(address(case, held)).status_code == 409
    assert omar.browser.get(f"/desk/cases/{case.id}/records.zip").status_code == 409


def test_all_held_records_open_by_one_deliberate_act(services, ines, case, held):
    second = a_record(services, case.id, scanner=Says(Verdict.HELD, "password"))
    clean = a_record(services, case.id)
    all_of_them = f"/desk/cases/{case.id}/records/open-all"
    warning = ines.browser.get(all_of_them)
    assert "Open 2 held records?" in warning.text
    assert ines.browser.answer(warning, form="open-all").status_code == 303
    opened = {line.facts["upload"] for line in lines(services, case, "record.released")}
    assert opened == {held.id, second.id} and clean.id not in opened
    assert ines.browser.get(address(case, second)).data == PDF


def test_with_nothing_held_there_is_nothing_to_open(ines, case, clean):
    assert ines.browser.get(f"/desk/cases/{case.id}/records/open-all").status_code == 409
    assert ines.browser.get(address(case, clean, "/open")).status_code == 409


@pytest.mark.parametrize("body", [b"nothing that we know" * 10, None])
def test_what_was_rejected_or_is_not_checked_opens_never(services, ines, case, body):
    upload = a_record(services, case.id, body=body) if body else a_record(services, case.id, scanner=None)
    for act in ("", "/open"):
        assert ines.browser.get(address(case, upload, act)).status_code == 409
    assert ines.browser.get(f"/desk/cases/{case.id}/records.zip").status_code == 409


def test_a_record_of_another_case_is_not_there(services, ines, case, clean, held, now):
    with services.database.transaction() as tx:
        other = a_case(tx, services, now)
    for upload in (clean, held):
        for act in ("", "/open"):
            assert ines.browser.get(address(other, upload, act)).status_code == 404
    page = ines.browser.get(address(case, held, "/open"))
    token = page.text.split('name="csrf_token" value="')[-1].split('"')[0]
    assert ines.browser.post(address(other, held, "/open"), data={"csrf_token": token}).status_code == 404
    assert lines(services, case, "record.released") == lines(services, other, "record.released") == []


@pytest.mark.parametrize("upload_id", ["x", "0" * 32, "a" * 300, "%00%00%00%00%00%00%00%00"])
def test_a_record_that_is_not_there_is_not_there(database, ines, case, upload_id):
    assert ines.browser.get(f"/desk/cases/{case.id}/records/{upload_id}").status_code == 404


def test_whoever_is_not_signed_in_gets_nothing(case, clean, new_client):
    stranger = new_client()
    for where in (address(case, clean), f"/desk/cases/{case.id}/records.zip", address(case, clean, "/open")):
        answer = stranger.get(where)
        assert answer.status_code == 303 and answer.location.startswith("/desk/sign-in")


def test_all_records_come_as_one_zip(database, services, ines, case, clean, held):
    second = a_record(services, case.id, body=PDF + b"more", name="letter.pdf")
    answer = ines.browser.get(f"/desk/cases/{case.id}/records.zip")
    assert answer.status_code == 200 and answer.headers["Content-Length"] == str(len(answer.data))
    assert f'filename="{case.reference}.zip"' in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as folder:
        assert folder.testzip() is None
        names = folder.namelist()
        assert names[0] == "index.txt" and len(names) == 3
        assert sorted((folder.read(name) for name in names[1:]), key=len) == [PDF, PDF + b"more"]
        assert TAG in folder.read("index.txt").decode("utf-8-sig")
    (line,) = lines(services, case, "records.read")
    assert line.facts["count"] == 2 and second.id not in str(line.facts)


def test_a_zip_that_broke_off_goes_on_where_it_stopped(services, ines, case, clean):
    where = f"/desk/cases/{case.id}/records.zip"
    whole = ines.browser.get(where)
    tag, middle = whole.headers["ETag"], len(whole.data) // 2
    rest = ines.browser.get(where, headers={"Range": f"bytes={middle}-", "If-Range": tag})
    assert rest.status_code == 206 and whole.data[:middle] + rest.data == whole.data
    assert len(lines(services, case, "records.read")) == 1
    a_record(services, case.id, body=PDF + b"new")
    afresh = ines.browser.get(where, headers={"Range": f"bytes={middle}-", "If-Range": tag})
    assert afresh.status_code == 200 and len(lines(services, case, "records.read")) == 2


def test_a_zip_of_nothing_is_not_made(ines, case):
    assert ines.browser.get(f"/desk/cases/{case.id}/records.zip").status_code == 409
