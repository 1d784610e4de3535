"""The records page in a real browser: sending goes on after a dead line or a reload, and always says what happens.

With INTAKE_LONG=1 some minutes more on a line of 400 kbit/s that breaks again and again: `make long`.
"""

import io
import os
import random
import re
import signal
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from intake import clock
from intake.cases import store as cases
from intake.cases import ways_in
from intake.cases.case import Case
from tests.browser.records_visit import (
    MIB,
    a_records_case,
    arrived,
    choose,
    choose_again,
    committed,
    drop_on,
    enter,
    heard,
    row_of,
    slowed,
    wait_committed,
)

LONG = os.environ.get("INTAKE_LONG") == "1"
SOON = 30_000
OFFLINE = "No connection. Sending goes on by itself when it is back."
BROKE = "The connection broke. Nothing that arrived is lost. We try again by ourselves."
RESUMED = "The connection is back. Sending goes on where it stopped."


@pytest.fixture
def case(live_server, services) -> Case:
    """A case in the running service."""
    return a_records_case(services)


def _file(path: Path, length: int, seed: int = 9) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"PK\x03\x04" + random.Random(seed).randbytes(length - 4))
    return path


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A file of some megabytes."""
    return _file(tmp_path / "study of the knee.zip", 6 * MIB)


def test_several_files_are_sent_at_once_with_words_and_bars(
    phone, axe, visitors, case, services, study, tmp_path
) -> None:
    letter = tmp_path / "letter <b>of Dr. أحمد.pdf"
    letter.write_bytes(b"%PDF-1.7 " + bytes(5000))
    enter(phone, services, case)
    axe(phone)
    slowed(phone, 3 * MIB)
    choose(phone, study, letter)
    expect(row_of(phone, study.name)).to_contain_text("sent", timeout=SOON)
    axe(phone)
    for path in (study, letter):
        expect(row_of(phone, path.name)).to_contain_text("Arrived. We check it now.", timeout=SOON)
    expect(phone.locator("#records-total")).to_contain_text("100% – 2 of 2 files have arrived")
    expect(phone.locator("#records-live")).to_have_text("All files have arrived.")
    axe(phone)
    told = f"Sending 2 files. {letter.name} has arrived. All files have arrived."
    assert " ".join(heard(phone)).startswith(told)
    assert sorted(arrived(services)) == sorted([study.read_bytes(), letter.read_bytes()])
    assert visitors.complaints == []


def test_what_is_here_is_not_sent_again(phone, services, case, tmp_path) -> None:
    """Somebody who comes back to finish a file may choose all of them again, as they did the first time."""
    letter, scan = tmp_path / "letter.pdf", tmp_path / "scan.pdf"
    letter.write_bytes(b"%PDF-1.7 " + bytes(5000))
    scan.write_bytes(b"%PDF-1.7 " + bytes(6000))
    enter(phone, services, case)
    choose(phone, letter)
    expect(row_of(phone, letter.name)).to_contain_text("Arrived", timeout=SOON)
    phone.reload()
    choose(phone, letter, scan)
    expect(row_of(phone, scan.name)).to_contain_text("Arrived", timeout=SOON)
    expect(row_of(phone, letter.name).first).to_contain_text("This file is here already, so it is not sent again.")
    assert sorted(arrived(services)) == sorted([letter.read_bytes(), scan.read_bytes()])


def test_a_dead_line_and_a_dead_service_are_said_and_sending_goes_on_by_itself(
    phone, axe, case, live_server, services, study
) -> None:
    enter(phone, services, case)
    line = slowed(phone, MIB)
    choose(phone, study)
    before = wait_committed(phone, services)
    line.become(0, offline=True)
    row = row_of(phone, study.name)
    expect(row).to_contain_text(OFFLINE, timeout=SOON)
    axe(phone)
    line.become(MIB)
    expect(phone.locator("#records-live")).to_have_text(RESUMED, timeout=SOON)
    wait_committed(phone, services, before)
    live_server.kill9("serve")
    expect(row).to_contain_text(BROKE, timeout=SOON)
    phone.wait_for_timeout(1500)
    live_server.restart()
    line.become(20 * MIB)
    expect(phone.locator("#records-live")).to_contain_text("All files have arrived.", timeout=SOON)
    assert arrived(services) == [study.read_bytes()]
    told = ["Sending 1 file.", OFFLINE, RESUMED, BROKE, RESUMED, "All files have arrived."]
    assert " ".join(heard(phone)).startswith(" ".join(told))


def _stop_halfway(page: Page, services) -> int:
    wait_committed(page, services)
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    return committed(services)


def test_after_a_reload_the_page_says_which_file_to_choose_and_takes_no_other(
    phone, axe, case, services, study, tmp_path
) -> None:
    enter(phone, services, case)
    line = slowed(phone, MIB)
    choose(phone, study)
    before = _stop_halfway(phone, services)
    row = row_of(phone, study.name)
    expect(row).to_contain_text("have arrived. Choose this file again to go on.")
    assert 0 < before < 6 * MIB
    axe(phone)
    other = tmp_path / "other" / study.name
    other.parent.mkdir()
    other.write_bytes(study.read_bytes()[:-1] + b"?")
    choose_again(phone, row, other)
    expect(phone.locator("#records-live")).not_to_be_empty()
    name = study.name
    told = f"{name} is a different file, and nothing of it was sent. Choose {name} again, or remove it here."
    assert heard(phone) == [told]
    assert arrived(services) == [] and row_of(phone, name).count() == 1
    line.become(20 * MIB)
    choose_again(phone, row, study)
    expect(row.get_by_role("button", name="Remove")).to_be_focused()
    expect(row).to_contain_text("Arrived.", timeout=SOON)
    assert arrived(services) == [study.read_bytes()]


def test_another_file_of_the_same_name_is_sent_from_its_beginning_and_said(
    phone, case, services, study, tmp_path
) -> None:
    enter(phone, services, case)
    line = slowed(phone, MIB)
    choose(phone, study)
    _stop_halfway(phone, services)
    line.become(20 * MIB)
    other = _file(tmp_path / "other" / study.name, 5 * MIB, seed=4)
    choose(phone, other)
    expect(row_of(phone, study.name)).to_have_count(2)
    expect(row_of(phone, study.name).first).to_contain_text("Arrived.", timeout=SOON)
    choose(phone, study)
    expect(row_of(phone, study.name).last).to_contain_text("Arrived.", timeout=SOON)
    expect(row_of(phone, study.name)).to_have_count(2)
    assert "This is not the same file as before, so it is sent from its beginning." in heard(phone)[0]
    assert sorted(arrived(services)) == sorted([study.read_bytes(), other.read_bytes()])


def test_a_folder_is_sent_as_one_file_also_over_a_reload(phone, axe, case, services, tmp_path) -> None:
    disc = tmp_path / "DISC"
    for number in range(9):
        _file(disc / "DICOM" / f"IM{number:04}", 600_000, seed=number)
    (disc / "تقرير.txt").write_text("report", encoding="utf-8")
    (disc / "empty").touch()
    (disc / ".DS_Store").write_bytes(b"left by a computer")
    enter(phone, services, case)
    line = slowed(phone, MIB)
    phone.locator("#folder").set_input_files(str(disc))
    before = _stop_halfway(phone, services)
    row = row_of(phone, "DISC.zip")
    expect(row).to_contain_text("Choose this folder again to go on.")
    axe(phone)
    (disc / ".DS_Store").unlink()
    line.become(20 * MIB)
    choose_again(phone, row, disc)
    expect(row).to_contain_text("Arrived.", timeout=SOON)
    assert before > 0
    with zipfile.ZipFile(io.BytesIO(arrived(services)[0])) as packed:
        assert packed.testzip() is None
        unpacked = {name: packed.read(name) for name in packed.namelist()}
    files = [path for path in disc.rglob("*") if path.is_file()]
    assert unpacked == {f"DISC/{path.relative_to(disc)}": path.read_bytes() for path in files}
    assert list(unpacked) == sorted(unpacked)


def test_another_browser_knows_of_it_and_goes_on_only_where_it_may(
    phone, visitors, axe, live_server, case, services, study
) -> None:
    enter(phone, services, case)
    slowed(phone, MIB)
    choose(phone, study)
    wait_committed(phone, services)
    other = visitors(phone=False)
    enter(other, services, case)
    expect(other.locator("main")).to_contain_text("1 more file was begun in another browser")
    assert study.name not in other.content()
    _look_at_case(other, services, case)
    other.goto(f"{live_server.base_url}/case/records")
    row = row_of(other, study.name)
    expect(row).to_contain_text("from another browser or device. Go on there, or choose the same file here.")
    axe(other)
    choose_again(other, row, study)
    expect(row).to_contain_text("Arrived.", timeout=SOON)
    # What the first one is told depends on whether the other was done before it asked again.
    told = re.compile("This file goes on in another window|Arrived")
    expect(row_of(phone, study.name)).to_contain_text(told, timeout=SOON)
    assert arrived(services) == [study.read_bytes()]


def _look_at_case(page: Page, services, case: Case) -> None:
    with services.database.transaction() as tx:
        link = ways_in.case_link(tx, services, case, clock.now())
        address = cases.read_address(tx, services.keys, case)
    page.goto(link)
    page.locator("main button").click()
    page.get_by_label("e-mail").fill(address)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_what_goes_wrong_is_said_kindly_with_what_to_do(phone, axe, case, services, study, tmp_path) -> None:
    empty, program = tmp_path / "empty.pdf", tmp_path / "setup.exe"
    empty.write_bytes(b"")
    program.write_bytes(b"MZ" + bytes(5000))
    enter(phone, services, case)
    choose(phone, empty, program)
    expect(row_of(phone, empty.name)).to_contain_text("This file is empty. Choose another one.")
    expect(row_of(phone, program.name)).to_contain_text("Not accepted", timeout=SOON)
    expect(phone.locator("#records-live")).to_contain_text("We cannot take this kind of file.")
    phone.context.clear_cookies()
    choose(phone, study)
    expect(row_of(phone, study.name)).to_contain_text("Open the link in our newest e-mail again", timeout=SOON)
    axe(phone)


REFUSALS = [
    (429, {"code": "http_429", "message": "Wait."}, "This goes on by itself in about 2 minutes."),
    (507, {"code": "space_short", "message": "What you have sent is safe."}, "What you have sent is safe."),
    (413, {"code": "quota_full", "message": "There is no room left."}, "There is no room left."),
    (409, {"code": "move_not_allowed", "message": "The case has moved on."}, "The case has moved on."),
    (409, {"code": "upload_replaced", "message": "-"}, "This file goes on in another window."),
    (423, None, "This file goes on in another window."),
    (400, None, "This did not work. Reload the page and choose the file again."),
    (502, None, BROKE),
]


def test_every_refusal_has_its_sentence_and_a_short_patience_between_us_is_found_out(
    phone, case, services, study, tmp_path
) -> None:
    """What our service or a proxy before it may answer: the first announcement of each file is answered so."""
    enter(phone, services, case)
    for number, (status, said, sentence) in enumerate(REFUSALS):
        how = {"status": status, "headers": {"Retry-After": "120"}, **({"json": said} if said else {"body": "<p>No"})}
        phone.route("**/uploads", _answering(how), times=4 if status == 502 else 1)
        letter = _file(tmp_path / f"letter {number}.pdf", 9000, seed=number)
        choose(phone, letter)
        expect(row_of(phone, letter.name)).to_contain_text(sentence, timeout=SOON)
        row_of(phone, letter.name).get_by_role("button", name="Remove").click()
    pieces = []

    def refuse_the_third(route) -> None:
        pieces.append(route.request.method)
        if pieces.count("PATCH") == 3 and pieces[-1] == "PATCH":
            route.fulfill(status=413, body="<html>Request Entity Too Large")
        else:
            route.continue_()

    phone.route("**/uploads/*", refuse_the_third)
    choose(phone, study)
    expect(row_of(phone, study.name)).to_contain_text("Arrived.", timeout=SOON)
    assert pieces.count("PATCH") >= 6, "shorter pieces from then on"
    assert arrived(services) == [study.read_bytes()]


def _answering(how: dict):
    return lambda route: route.fulfill(**how)


def test_keys_alone_choose_send_and_remove(desktop, case, services, study) -> None:
    enter(desktop, services, case)
    line = slowed(desktop, MIB)
    desktop.locator("h1").click()
    for _ in range(12):
        desktop.keyboard.press("Tab")
        if desktop.evaluate("document.activeElement.id") == "files":
            break
    with desktop.expect_file_chooser() as chooser:
        desktop.keyboard.press("Space")
    chooser.value.set_files(str(study))
    wait_committed(desktop, services)
    line.become(16 * 1024)  # or a busy machine has sent all of it before the keys are pressed
    desktop.keyboard.press("Tab")
    assert desktop.evaluate("document.activeElement.id") == "folder"
    asked = []
    desktop.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    for _ in range(6):
        desktop.keyboard.press("Tab")
        if "Remove" in desktop.evaluate("document.activeElement.textContent"):
            break
    desktop.keyboard.press("Enter")
    expect(row_of(desktop, study.name)).to_have_count(0)
    expect(desktop.locator("#files")).to_be_focused()
    assert len(asked) == 1 and study.name in asked[0]
    desktop.wait_for_timeout(500)
    assert arrived(services) == []


def test_files_can_be_dropped_on_the_page(desktop, case, services) -> None:
    enter(desktop, services, case)
    drop_on(desktop, {"one.pdf": b"%PDF-1.7 one", "two.pdf": b"%PDF-1.7 two"})
    expect(desktop.locator("#records-live")).to_contain_text("All files have arrived.", timeout=SOON)
    assert sorted(arrived(services)) == [b"%PDF-1.7 one", b"%PDF-1.7 two"]


def test_without_script_a_small_file_is_sent_by_the_plain_form(visitors, axe, case, services, tmp_path) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF-1.7 " + bytes(5000))
    page = visitors(scripts=False)
    enter(page, services, case)
    expect(page.locator("#folder")).to_be_hidden()
    choose(page, letter)
    page.get_by_role("button", name="Send these files").click()
    expect(row_of(page, letter.name)).to_contain_text("Arrived")
    assert arrived(services) == [letter.read_bytes()]


def test_on_a_line_of_400_kilobits_a_phone_is_told_how_long_it_takes_and_loses_little(
    phone, case, live_server, services, tmp_path
) -> None:
    scan = _file(tmp_path / "scan.zip", 6 * MIB)
    enter(phone, services, case)
    line = slowed(phone, 50_000)
    choose(phone, scan)
    expect(phone.locator("#records-left")).to_contain_text("minutes left at this speed.", timeout=60_000)
    for _ in range(3 if LONG else 0):
        before = committed(services)
        line.become(0, offline=True)
        phone.wait_for_timeout(4000)
        line.become(50_000)
        wait_committed(phone, services, before)
        live_server.kill9("serve")
        phone.wait_for_timeout(2000)
        live_server.restart()
        wait_committed(phone, services, before)
    line.become(50_000 if LONG else 20 * MIB)
    expect(row_of(phone, scan.name)).to_contain_text("Arrived.", timeout=300_000)
    assert arrived(services) == [scan.read_bytes()]


if LONG:  # the page is patient for 45 seconds

    def test_a_line_that_falls_silent_is_left_after_a_while(phone, case, live_server, services, study) -> None:
        enter(phone, services, case)
        slowed(phone, MIB)
        choose(phone, study)
        wait_committed(phone, services)
        silent = live_server.processes["serve"].pid
        os.killpg(silent, signal.SIGSTOP)
        expect(row_of(phone, study.name)).to_contain_text(BROKE, timeout=90_000)
        os.killpg(silent, signal.SIGCONT)
        expect(row_of(phone, study.name)).to_contain_text("Arrived.", timeout=120_000)
        assert arrived(services) == [study.read_bytes()]
