"""The records page in a real browser: sending goes on after a dead line or a reload, and always says what happens."""

import random
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from intake import clock
from intake.cases import ways_in
from intake.records import parts, reading, store
from intake.records.upload import key_owner
from tests.builders import a_case

MIB = 1024 * 1024


@pytest.fixture
def link(live_server, services) -> str:
    """An upload link of a case in the running service."""
    now = clock.now()
    with services.database.transaction() as tx:
        return ways_in.upload_link(tx, services, a_case(tx, services, now), now)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A file of some megabytes."""
    path = tmp_path / "study of the knee.zip"
    path.write_bytes(b"PK\x03\x04" + random.Random(9).randbytes(20 * MIB))
    return path


def _enter(page: Page, link: str) -> None:
    page.goto(link)
    page.locator("main button").click()
    page.wait_for_url("**/case/records")


def _choose(page: Page, *paths: Path) -> None:
    page.locator("#files").set_input_files([str(path) for path in paths])


class Line:
    """The page's connection, as slow and as dead as a test wants it."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Network.enable")

    def become(self, bytes_per_second: int, *, offline: bool = False) -> None:
        """Set how fast bytes leave, or that none do."""
        speed = {"latency": 20, "downloadThroughput": 10 * MIB, "uploadThroughput": bytes_per_second}
        self._session.send("Network.emulateNetworkConditions", speed | {"offline": offline})


def _slow(page: Page, bytes_per_second: int) -> Line:
    line = Line(page)
    line.become(bytes_per_second)
    return line


def _row(page: Page, path: Path):
    return page.locator("#records-list li", has_text=path.name)


def _arrived(services) -> list[bytes]:
    bodies = []
    with services.database.read() as tx:
        for upload_id in tx.execute(store.uploads.select().order_by(store.uploads.c.made_at)).scalars():
            upload = store.get(tx, upload_id)
            key, held = services.keys.get(key_owner(upload.case_id)), parts.of_upload(tx, upload_id)
            if upload.complete:
                bodies.append(b"".join(reading.read_range(services.vault, key, upload, held, 0, upload.length)))
    return bodies


def test_several_files_are_sent_at_once_with_words_and_bars(
    phone, axe, visitors, link, services, study, tmp_path
) -> None:
    letter = tmp_path / "letter <b>of Dr. أحمد.pdf"
    letter.write_bytes(b"%PDF-1.7 " + bytes(5000))
    _enter(phone, link)
    axe(phone)
    _choose(phone, study, letter)
    for path in (study, letter):
        expect(_row(phone, path)).to_contain_text("Arrived. We check it now.", timeout=60_000)
    expect(phone.locator("#records-total")).to_contain_text("2 of 2 files have arrived")
    expect(phone.locator("#records-live")).to_have_text("All files have arrived.")
    axe(phone)
    assert _arrived(services) == [study.read_bytes(), letter.read_bytes()]
    assert visitors.complaints == []


def test_a_dead_line_is_said_and_sending_goes_on_by_itself(phone, link, services, study) -> None:
    _enter(phone, link)
    line = _slow(phone, 2 * MIB)
    _choose(phone, study)
    expect(_row(phone, study)).to_contain_text("sent", timeout=20_000)
    phone.wait_for_timeout(2500)
    line.become(0, offline=True)
    expect(phone.locator("#records-live")).to_contain_text("No connection.", timeout=60_000)
    line.become(20 * MIB)
    expect(_row(phone, study)).to_contain_text("Arrived.", timeout=60_000)
    assert _arrived(services) == [study.read_bytes()]


def test_after_a_reload_the_page_says_which_file_to_choose_again(phone, axe, link, services, study, tmp_path) -> None:
    _enter(phone, link)
    _slow(phone, 3 * MIB)
    _choose(phone, study)
    until = clock.now().timestamp() + 30
    while clock.now().timestamp() < until and not _committed(services):
        phone.wait_for_timeout(100)
    phone.on("dialog", lambda dialog: dialog.accept())
    phone.reload()
    expect(_row(phone, study)).to_contain_text("have arrived. Choose this file again to go on.")
    axe(phone)
    before = _committed(services)
    assert before > 0
    other = tmp_path / "other" / study.name
    other.parent.mkdir()
    other.write_bytes(study.read_bytes()[:-1] + b"?")
    _choose(phone, other)
    expect(phone.locator("#records-live")).not_to_be_empty()
    expect(_row(phone, study)).to_have_count(2)
    expect(_row(phone, study).first).to_contain_text("Arrived.", timeout=60_000)
    _choose(phone, study)
    expect(_row(phone, study)).to_have_count(2)
    expect(_row(phone, study).last).to_contain_text("Arrived.", timeout=60_000)
    assert sorted(_arrived(services)) == sorted([study.read_bytes(), other.read_bytes()])


def _committed(services) -> int:
    with services.database.read() as tx:
        ids = list(tx.execute(store.uploads.select()).scalars())
        return sum(parts.committed_by_upload(tx, ids).values())


def test_a_file_that_is_being_sent_can_be_removed(phone, link, services, study) -> None:
    _enter(phone, link)
    _slow(phone, 2 * MIB)
    _choose(phone, study)
    expect(_row(phone, study)).to_contain_text("sent", timeout=20_000)
    _row(phone, study).get_by_role("button", name="Remove").click()
    expect(_row(phone, study)).to_have_count(0)
    expect(phone.locator("#files")).to_be_focused()
    phone.wait_for_timeout(500)
    assert _arrived(services) == []


def test_an_empty_file_is_said_kindly(phone, link, tmp_path) -> None:
    empty = tmp_path / "empty.pdf"
    empty.write_bytes(b"")
    _enter(phone, link)
    _choose(phone, empty)
    expect(_row(phone, empty)).to_contain_text("This file is empty. Choose another one.")


def test_what_the_check_found_comes_by_itself_and_is_said(phone, link, tmp_path) -> None:
    program = tmp_path / "setup.exe"
    program.write_bytes(b"MZ" + bytes(5000))
    _enter(phone, link)
    _choose(phone, program)
    expect(_row(phone, program)).to_contain_text("Not accepted", timeout=60_000)
    expect(phone.locator("#records-live")).to_contain_text("We cannot take this kind of file.")


def test_a_revoked_link_is_said_kindly_in_the_middle(phone, link, live_server, services, study) -> None:
    _enter(phone, link)
    phone.context.clear_cookies()
    _choose(phone, study)
    expect(_row(phone, study)).to_contain_text("Open the link in our newest e-mail again", timeout=20_000)


def test_without_script_a_small_file_is_sent_by_the_plain_form(visitors, axe, link, services, tmp_path) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF-1.7 " + bytes(5000))
    page = visitors(scripts=False)
    _enter(page, link)
    page.locator("#files").set_input_files(str(letter))
    page.get_by_role("button", name="Send these files").click()
    expect(_row(page, letter)).to_contain_text("Arrived")
    assert _arrived(services) == [letter.read_bytes()]
