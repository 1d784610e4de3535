"""Visitors of the records page in a real browser: let in by a real link, on a line as slow and dead as a test wants."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

from intake import clock
from intake.cases import ways_in
from intake.cases.case import Case
from intake.records import parts, reading, store
from intake.records.upload import key_owner
from intake.services import Services
from tests.builders import a_case

MIB = 1024 * 1024
ISOLATES = re.compile("[\u2066-\u2069]")

# Keeps every sentence that the page's one voice says, from the first moment on.
HEAR = """
addEventListener("DOMContentLoaded", () => {
  window.heard = [];
  const voice = document.getElementById("records-live");
  if (voice) new MutationObserver(() => heard.push(voice.textContent)).observe(voice, { childList: true });
});
"""


class Line:
    """A page's connection."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Network.enable")

    def become(self, bytes_per_second: int, *, offline: bool = False, latency: int = 20) -> None:
        """Set how fast bytes leave, or that none do."""
        speed = {"latency": latency, "downloadThroughput": 10 * MIB, "uploadThroughput": bytes_per_second}
        self._session.send("Network.emulateNetworkConditions", speed | {"offline": offline})


def a_records_case(services: Services) -> Case:
    """A case that takes records."""
    with services.database.transaction() as tx:
        return a_case(tx, services, clock.now())


def enter(page: Page, services: Services, case: Case) -> None:
    """Press the button of the upload link."""
    with services.database.transaction() as tx:
        link = ways_in.upload_link(tx, services, case, clock.now())
    page.add_init_script(HEAR)
    page.goto(link)
    page.locator("main button").click()
    page.wait_for_url("**/case/records")


def slowed(page: Page, bytes_per_second: int) -> Line:
    """The page's line, from now on so slow."""
    line = Line(page)
    line.become(bytes_per_second)
    return line


def choose(page: Page, *paths: Path) -> None:
    """Choose files by the first button."""
    page.locator("#files").set_input_files([str(path) for path in paths])


def choose_again(page: Page, row: Locator, path: Path) -> None:
    """Press the button of an unfinished row, and choose."""
    with page.expect_file_chooser() as chooser:
        row.get_by_role("button", name="Choose this").click()
    chooser.value.set_files(str(path))


def row_of(page: Page, name: str) -> Locator:
    """The row of a file."""
    return page.locator("#records-list li").filter(has=page.locator(".row__name", has_text=name))


def heard(page: Page) -> list[str]:
    """Everything that the live region has said since the page was loaded, in order, without signs of direction."""
    return [ISOLATES.sub("", said) for said in page.evaluate("heard")]


def drop_on(page: Page, files: dict[str, bytes]) -> None:
    """Drag files onto the page and let them go."""
    given: dict[str, Any] = {name: list(body) for name, body in files.items()}
    page.evaluate(
        """given => {
            const data = new DataTransfer();
            for (const [name, body] of Object.entries(given)) data.items.add(new File([Uint8Array.from(body)], name));
            for (const kind of ["dragover", "drop"]) {
                const how = { dataTransfer: data, bubbles: true, cancelable: true };
                document.body.dispatchEvent(new DragEvent(kind, how));
            }
        }""",
        given,
    )


def arrived(services: Services) -> list[bytes]:
    """The bytes of every complete record, in the order in which they were announced."""
    bodies = []
    with services.database.read() as tx:
        for upload_id in tx.execute(store.uploads.select().order_by(store.uploads.c.made_at)).scalars():
            upload = store.get(tx, upload_id)
            key, held = services.keys.get(key_owner(upload.case_id)), parts.of_upload(tx, upload_id)
            if upload.complete:
                bodies.append(b"".join(reading.read_range(services.vault, key, upload, held, 0, upload.length)))
    return bodies


def committed(services: Services) -> int:
    """How many bytes are committed, of all uploads."""
    with services.database.read() as tx:
        return sum(parts.committed_by_upload(tx, list(tx.execute(store.uploads.select()).scalars())).values())


def wait_committed(page: Page, services: Services, more_than: int = 0) -> int:
    """Wait until more bytes than that are committed; returns how many."""
    for _ in range(600):
        if (now := committed(services)) > more_than:
            return now
        page.wait_for_timeout(50)
    raise AssertionError(f"not more than {more_than} bytes were committed in 30 seconds")
