"""The components that the tests start are what they say, and the house of tests keeps its own rules."""

import smtplib
import socket
import subprocess
import sys
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.components.browser import Visitors
from tests.components.dcmtk import Dcmtk
from tests.components.node import package_file, run_node
from tests.components.postgresql import PostgreSQL
from tests.components.smtp import Mailroom
from tests.records.discs import TEST_FILES

OUTSIDE = ("192.0.2.1", 443)  # set aside for documentation: nobody is there


def test_the_network_is_refused_to_the_tests() -> None:
    with pytest.raises(OSError, match="stay on this machine"):
        socket.create_connection(OUTSIDE, timeout=1)
    with pytest.raises(OSError, match="stay on this machine"):
        socket.getaddrinfo("example.org", 443)


def test_the_network_is_refused_to_the_programs_that_tests_start() -> None:
    ask = f"import socket; socket.create_connection({OUTSIDE!r}, timeout=1)"
    ended = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, timeout=30)
    assert ended.returncode != 0
    assert "NetworkRefused" in ended.stderr


def test_postgresql_hands_out_databases_that_know_nothing_of_each_other(postgresql: PostgreSQL) -> None:
    names = {postgresql.make(), postgresql.make()}
    assert len(names) == 2
    for name in names:
        postgresql.drop(name)


def test_the_mail_server_keeps_what_it_takes_and_refuses_what_it_is_told_to(smtp_server: Mailroom) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "a@example.org", "b@example.org", "Grüße"
    letter.set_content("Ein Brief")
    with smtplib.SMTP(smtp_server.host, smtp_server.port, timeout=10) as line:
        line.send_message(letter)
        smtp_server.answer = "550 never"
        with pytest.raises(smtplib.SMTPDataError, match="never"):
            line.send_message(letter)
    (kept,) = smtp_server.wait_for(1, "b@example.org")
    assert kept["Subject"] == "Grüße"


def test_node_runs_with_our_packages(node: Path, tmp_path: Path) -> None:
    script = tmp_path / "ask.cjs"
    script.write_text("console.log(require('axe-core').version)")
    assert run_node(node, script).stdout.strip() == "4.14.1"


PAGE = '<!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1>{}</main></html>'


def test_axe_finds_a_picture_without_words(phone: Page, axe: Callable[[Page], None]) -> None:
    phone.set_content(PAGE.format("<p>Well</p>"))
    axe(phone)
    phone.set_content(PAGE.format('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'))
    with pytest.raises(AssertionError, match="image-alt"):
        axe(phone)


def test_axe_finds_buttons_too_small_for_a_thumb(phone: Page, axe: Callable[[Page], None]) -> None:
    small = '<button style="width:9px;height:9px;padding:0;border:0" aria-label="{}"></button>'
    phone.set_content(PAGE.format(small.format("one") + small.format("two")))
    with pytest.raises(AssertionError, match="target-size"):
        axe(phone)


def test_visitors_have_profiles_of_their_own_and_may_go_without_scripts(visitors: Visitors) -> None:
    with_scripts, without = visitors(phone=False), visitors(scripts=False)
    for page in (with_scripts, without):
        page.set_content("<p>plain</p><script>document.querySelector('p').textContent = 'lively'</script>")
    assert with_scripts.locator("p").text_content() == "lively"
    assert without.locator("p").text_content() == "plain"
    assert with_scripts.viewport_size == {"width": 1280, "height": 900}


def test_the_accessibility_checker_is_there() -> None:
    assert package_file("axe-core/axe.min.js").stat().st_size > 100_000


def test_dcmtk_reads_what_stands_at_the_top_of_a_file_and_not_what_lies_deeper(dcmtk: Dcmtk, tmp_path: Path) -> None:
    file = tmp_path / "a.dcm"
    file.write_bytes((TEST_FILES / "CT_small.dcm").read_bytes())
    dcmtk.run("dcmodify", "-nb", "-i", "(0008,1140)[0].(0010,0020)=DEEP", file)
    assert dcmtk.dump([file], ["0010,0020", "0008,0060"]) == {file: {"0010,0020": "1CT1", "0008,0060": "CT"}}
