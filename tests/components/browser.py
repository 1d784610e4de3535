"""Debian's Chromium, driven by Playwright: a fresh profile a visitor, at the size of a phone or a desk.

Names other than localhost do not resolve in it, and what it complains about is kept beside the page.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.components import need
from tests.components.node import package_file

HOW = "Install it: apt-get install chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
]  # fmt: skip
PHONE = "Pixel 7"
DESK = {"viewport": {"width": 1280, "height": 900}}
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for the session; every visitor gets a profile of their own in it."""
    program = shutil.which("chromium")
    need(program, "Chromium", HOW)
    opened = playwright.chromium.launch(executable_path=program, headless=True, args=FLAGS)
    yield opened
    opened.close()


@dataclass
class Visitors:
    """Opens browser profiles and closes them at the end. `complaints` is what their consoles said in earnest."""

    browser: Browser
    devices: dict[str, Any]
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __call__(self, *, phone: bool = True, scripts: bool = True, locale: str = "en-GB", **more: Any) -> Page:
        """A page in a fresh profile. `more` goes to Playwright's `new_context`."""
        shape = self.devices[PHONE] if phone else DESK
        context = self.browser.new_context(**(shape | {"java_script_enabled": scripts, "locale": locale} | more))
        context.set_default_timeout(15_000)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        return page

    def close(self) -> None:
        """Close every profile."""
        while self.contexts:
            self.contexts.pop().close()

    def _hear(self, message: Any) -> None:
        # A refused status is the page's own matter; a refused policy or a script that failed is ours.
        if message.type == "error" and "the server responded with a status" not in message.text:
            self.complaints.append(message.text)


@pytest.fixture
def visitors(browser: Browser, playwright: Playwright) -> Iterator[Visitors]:
    """Call it for a page in a fresh profile: `visitors(phone=True, scripts=False)`."""
    opened = Visitors(browser, playwright.devices)
    yield opened
    opened.close()


@pytest.fixture
def phone(visitors: Visitors) -> Page:
    """A page at the size of a telephone."""
    return visitors()


@pytest.fixture
def desktop(visitors: Visitors) -> Page:
    """A page at the size of a desk's screen."""
    return visitors(phone=False)


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """Call `axe(page)`: it fails naming every way in which the page shuts somebody out (WCAG 2.2 AA, as axe sees)."""
    source = package_file("axe-core/axe.min.js").read_text(encoding="utf-8")
    options = {"runOnly": {"type": "tag", "values": STANDARDS}, "rules": {"target-size": {"enabled": True}}}
    options["resultTypes"] = ["violations"]  # it need not describe what is well

    def look(page: Page) -> None:
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)  # a script tag would be stopped by the policy of our pages
        found = page.evaluate("options => axe.run(document, options)", options)
        told = [
            f"{violation['id']}: {violation['help']}\n    {node['html'][:300]}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]
        assert not told, f"{page.url}\n" + "\n".join(told)

    return look
