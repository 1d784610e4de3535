"""Every page and letter in a made-up language, at 320 pixels: nothing is left in English, too wide, or cut off.

What people typed, names, numbers and what is marked as another language is let be; the operator's words and the shared
knowledge are in the made-up language too. Each page of the form, the letters, and the main pages of case and desk each
time; all the others, and every page with its mistakes, with INTAKE_LONG=1: `make long`.
"""

import dataclasses
import os
import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import WSGIRequestHandler, make_server

from intake.app import create_app
from intake.cases import call_backs, lifecycle, store, ways_in
from intake.cases.call_backs import Said
from intake.cases.case import Case
from intake.cases.suspicion import Trait
from intake.clock import now as real_now
from intake.config import Settings
from intake.desk import coordinators
from intake.keys import KeyStore
from intake.links import grants
from intake.links.tokens import Purpose
from intake.mail.kinds import KINDS, STAGES, TURNS
from intake.mail.message import Letters, Message
from intake.services import Services, make_services
from tests.browser.test_desk import full_desk, give_device
from tests.browser.test_every_page import DEMONSTRATION, OTHER
from tests.browser.test_form_matrix import go, steps
from tests.builders import PATIENT_ADDRESS, a_case, a_draft, answers_for_another
from tests.components.browser import Visitors
from tests.journeys.people import ADDRESS, a_pdf, fill
from tests.made_up_language import CODE, WithMadeUp, operator_file
from tests.mail.conftest import READER, SAMPLE

LONG = os.environ.get("INTAKE_LONG") == "1"
NARROW = {"width": 320, "height": 640}

# Names and other words that no language changes.
NAMES = (
    "EXAMPLE Second Opinion Foundation (not a real service)", "EXAMPLE Second Opinion", "Exampletown",
    "EXAMPLE Second Opinion Foundation, 1 Example Street, Exampletown", "Europe/London", "1 Example Street",
    "English", "español", "العربية", "SHA-256", "Informe de la resonancia.pdf", "تقرير الأشعة.pdf", "locked.pdf",
    "plantedletter.pdf", "Zelda", "Ines Probefall",
)  # fmt: skip
# Figures with letters in them: addresses, references, versions, checksums, sizes, endings of files.
FIGURES = r"\S+@\S+|https?://\S+|\b[2-9A-Z]{4}-[2-9A-Z]{4}-[0-9A-Z]{2,4}\b|\b20\d\d-\d\d[a-z]?\b|\b[0-9a-f]{64}\b|\b[kMG]?B\b|\.[a-z]{2,5}\b"

LOOK = r"""([names, figures]) => {
  const told = [], wide = document.documentElement, other = new RegExp(figures, "gu");
  const left = text => {
    let now = text, before = "";
    while (now !== before) { before = now; now = now.replace(/⟦[^⟦⟧]*⟧/gu, " "); }
    for (const name of names) now = now.split(name).join(" ");
    return now.replace(other, " ");
  };
  const ours = element => {
    const marked = element.closest("[lang]");
    return !element.closest("script, style, template, noscript") && (!marked || marked === wide);
  };
  const untold = (text, where) => {
    if (/\p{L}/u.test(left(text))) told.push(`${where} is not translated: ${text.trim()}`);
  };
  if (wide.scrollWidth > wide.clientWidth) told.push(`wider than the screen: ${wide.scrollWidth}`);
  untold(document.title, "the title of the page");
  const seen = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (seen.nextNode()) {
    const node = seen.currentNode, element = node.parentElement;
    if (!node.data.trim() || !ours(element)) continue;
    // A piece that must not be broken stands in the middle of a sentence, which is read whole.
    const sentence = element.matches(".whole") ? element.parentElement : element;
    const read = sentence.querySelector(":scope > .whole") ? sentence.textContent : node.data;
    if (!element.closest("textarea, bdi, [dir=auto]")) untold(read, element.tagName.toLowerCase());
    if (element.closest(".unseen, .skip, .trap, option, thead, [hidden]")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.right > wide.clientWidth + 1 || box.left < -1) told.push(`beside the screen: ${node.data.trim()}`);
      for (let holder = element; holder && holder !== document.body; holder = holder.parentElement) {
        const shown = holder.getBoundingClientRect(), style = getComputedStyle(holder);
        if (style.overflow !== "visible" && style.display !== "inline" && (box.right > shown.right + 1
            || box.left < shown.left - 1 || (style.overflowY === "hidden" && box.bottom > shown.bottom + 1)))
          told.push(`cut off: ${node.data.trim()}`);
      }
    }
  }
  const leaves = (said) => (typeof said === "string" ? [said] : Object.values(said).flatMap(leaves));
  for (const element of document.body.querySelectorAll("*")) {
    if (!ours(element)) continue;
    for (const attribute of element.attributes) {
      const words = ["title", "alt", "placeholder", "aria-label", "aria-description", "aria-roledescription", "label"];
      const said = attribute.name.startsWith("data-") && attribute.value.includes(" ");
      const parts = attribute.value.startsWith("{") ? leaves(JSON.parse(attribute.value)) : [attribute.value];
      if (words.includes(attribute.name) || said)
        for (const part of parts) untold(part, `${element.tagName} ${attribute.name}`);
    }
  }
  return [...new Set(told)];
}"""


class Looker:
    """Looks at pages in the made-up language, and keeps what is wrong with them."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.wrong: list[str] = []

    def look(self, page: Page, name: str) -> None:
        """Look at the page that is open."""
        self.seen.append(name)
        if page.locator("html").get_attribute("lang") != CODE:
            self.wrong.append(f"{name}: is in {page.locator('html').get_attribute('lang')}")
            return
        names = sorted(NAMES, key=len, reverse=True)
        self.wrong += [f"{name}: {each}" for each in page.evaluate(LOOK, [names, FIGURES])]


class Quiet(WSGIRequestHandler):
    """Says nothing about each request."""

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Nothing."""


@pytest.fixture
def house(settings: Settings, keys: KeyStore, tmp_path: Path) -> Iterator[Services]:
    """The services of a house that offers the made-up language too."""
    made = make_services(dataclasses.replace(settings, operator_file=operator_file(tmp_path)))
    letters = Letters(Path(settings.templates) / "letters", languages := WithMadeUp(), made.operator)
    yield dataclasses.replace(made, languages=languages, letters=letters)
    made.close()


@pytest.fixture
def base(house: Services) -> Iterator[str]:
    """Where that house answers."""
    server = make_server("127.0.0.1", house.settings.port, create_app(house), threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield house.settings.base_url
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def narrow(visitors: Visitors) -> Callable[[], Page]:
    """Call it for a page in a fresh, narrow profile."""
    return lambda: visitors(phone=False, viewport=NARROW)


def test_the_looker_sees_what_is_wrong(narrow: Callable[[], Page]) -> None:
    """Without this the tests below could pass by looking away."""
    page = narrow()
    planted = {
        "<p>⟦Ýééş⟧ and no</p>": "p is not translated",
        "<button aria-label='Close'></button>": "BUTTON aria-label is not translated",
        "<p data-said='Copied now'></p>": "P data-said is not translated",
        """<p data-said='{"a": "⟦ö⟧", "b": {"one": "Not this"}}'></p>""": "P data-said is not translated",
        """<p data-said='{"a": "⟦ö⟧", "b": {"one": "⟦Ñöt⟧"}}'></p>""": "",
        "<p style='inline-size: 400px'>⟦ö⟧</p>": "wider than the screen",
        "<p style='inline-size: 40px; overflow: hidden; white-space: nowrap'>⟦ööööööö öööööööö⟧</p>": "cut off",
        "<p><bdi>Zoë</bdi>, <span lang='es'>hola</span>, 27, a@example.org ⟦ö ⟦ö⟧⟧</p>": "",
    }
    for body, told in planted.items():
        page.set_content(f"<!DOCTYPE html><html lang='{CODE}'><title>⟦ö⟧</title><body>{body}</body></html>")
        looker = Looker()
        looker.look(page, "planted")
        assert [each for each in looker.wrong if told in each] if told else looker.wrong == [], (body, looker.wrong)


def done(looker: Looker, visitors: Visitors) -> None:
    """Tell everything at once that was found."""
    assert looker.wrong == [], "\n".join(looker.wrong)
    assert visitors.complaints == []


def test_the_form_is_said_wholly_and_fits(base: str, narrow: Callable[[], Page], visitors: Visitors) -> None:
    page, looker = narrow(), Looker()
    for step, state in steps(page, base, CODE, OTHER, mistakes=LONG):
        looker.look(page, f"{step}, {state}")
    assert len(looker.seen) >= 20
    done(looker, visitors)


@pytest.mark.parametrize("letter", sorted(KINDS))
def test_a_letter_is_said_wholly(house: Services, letter: str) -> None:
    for message in copies(house, letter):
        for part in (message.subject, message.text):
            assert not re.search(r"[^\W\d_]", untranslated(part)), part


def test_letters_fit(house: Services, narrow: Callable[[], Page], visitors: Visitors) -> None:
    page, looker = narrow(), Looker()
    for letter in sorted(KINDS) if LONG else ("case_opened", "agree"):
        for message in copies(house, letter):
            page.set_content(message.html)
            looker.look(page, f"letter {letter}")
    done(looker, visitors)


def copies(house: Services, letter: str) -> Iterator[Message]:
    """A letter with all that it may say: at each stage, at each turn."""
    kind = KINDS[letter]
    names = kind.needs | kind.may
    varied = {"stage": STAGES, "turn": TURNS}
    for name in [each for each in varied if each in names] or [""]:
        for value in varied.get(name, [""]):
            told = {each: SAMPLE[each] for each in names} | ({name: value} if name else {})
            yield house.letters.compose(letter, CODE, READER, **told)


def untranslated(text: str) -> str:
    """What is left of a text without what stands in brackets, names and figures."""
    text, before = " ".join(text.split()), ""
    while text != before:
        before, text = text, re.sub(r"⟦[^⟦⟧]*⟧", " ", text)
    for name in sorted(NAMES, key=len, reverse=True):
        text = text.replace(name, " ")
    return re.sub(FIGURES, " ", text)


# -- Around the form, the case, the patient's own pages, the desk ------------------------------------------------


def press(page: Page, number: int = 0, form: str = "main form") -> None:
    """Press the main button of a form that is open, and wait for the answer."""
    with page.expect_navigation():
        page.locator(f"{form} button:visible:not(.unseen)").nth(number).click()


def test_the_pages_around_the_form_are_said_wholly_and_fit(
    house: Services, base: str, narrow: Callable[[], Page], visitors: Visitors
) -> None:
    page, looker, at = narrow(), Looker(), f"{base}/request/{CODE}"
    for address in ("paper", "call-me", "emergency", "emergency?country=GB", "emergency?country=JO", "called",
                    "nowhere"):  # fmt: skip
        page.goto(f"{at}/{address}")
        looker.look(page, address)
    page.goto(f"{at}/call-me")
    press(page)
    looker.look(page, "call me, with mistakes")
    if LONG:
        coming_back(house, page, looker)
        with_a_draft(page, house, at, looker)
    done(looker, visitors)


def with_a_draft(page: Page, house: Services, at: str, looker: Looker) -> None:
    """The pages beside the form while a request is written, and some of its pages as they are seldom seen."""
    page.context.clear_cookies()
    for _ in steps(page, house.settings.base_url, CODE, OTHER, mistakes=False):
        pass
    for address in ("", "preview?back=check", "delete", "save"):
        page.goto(f"{at}/{address}")
        looker.look(page, f"with a draft, {address or 'start'}")
    fill(page, [("email", "nowhere")])
    press(page)
    looker.look(page, "save, with a mistake")
    fill(page, [("email", ADDRESS)])
    press(page)
    looker.look(page, "saved")
    page.goto(f"{at}/questions")
    fill(page, [("first", "Please check my case.")])
    go(page)
    looker.look(page, "questions, with suggestions")
    page.goto(f"{at}/patient")
    fill(page, [("born-year", "2020"), ("country", house.operator.scope.countries_not_served[0])])
    go(page)
    looker.look(page, "patient, a child who lives where we help nobody")
    fill(page, OTHER["patient"])
    page.context.clear_cookies()
    go(page)
    looker.look(page, "words kept")


def coming_back(house: Services, page: Page, looker: Looker) -> None:
    """The links to a draft, until it is a case; and one that is over."""
    now = real_now()
    with house.database.transaction() as tx:
        kept, lost, ready = (a_draft(tx, house, now, language=CODE) for _ in range(3))
        resume, gone = (ways_in.draft_link(tx, house, one, Purpose.RESUME, now) for one in (kept, lost))
        confirm = ways_in.draft_link(tx, house, ready, Purpose.CONFIRM, now)
    page.goto(resume)
    looker.look(page, "link to a request")
    press(page)
    looker.look(page, "the address asked for")
    press(page)
    looker.look(page, "the address asked for, with a mistake")
    fill(page, [("email", DEMONSTRATION)])
    press(page)
    page.goto(f"{house.settings.base_url}/request/{CODE}/reach-you")
    fill(page, [("email", ADDRESS)])
    go(page)
    page.goto(f"{house.settings.base_url}/request/{CODE}/check")
    press(page)
    looker.look(page, "sent, not confirmed")
    page.goto(gone)
    press(page)
    house.keys.destroy(lost.key_owner)
    fill(page, [("email", DEMONSTRATION)])
    press(page)
    looker.look(page, "request gone")
    page.goto(confirm)
    looker.look(page, "link to confirm the address")
    press(page)
    looker.look(page, "sent")


def test_the_pages_of_a_case_are_said_wholly_and_fit(
    house: Services, base: str, narrow: Callable[[], Page], visitors: Visitors, tmp_path: Path
) -> None:
    page, looker, now = narrow(), Looker(), real_now()
    with house.database.transaction() as tx:
        case = a_case(tx, house, now, language=CODE, answers=answers_for_another(house, language=CODE))
        to_case, to_records = ways_in.case_link(tx, house, case, now), ways_in.upload_link(tx, house, case, now)
        to_agree = ways_in.agree_link(tx, house, case, now)
    if LONG:
        the_records(page, to_records, a_pdf(tmp_path), looker)
    page.goto(to_case)
    press(page)
    looker.look(page, "case, before the address")
    fill(page, [("email", "somebody.else@example.org")])
    press(page, form="main form[action='/case/address']")
    looker.look(page, "case, wrong address")
    fill(page, [("email", DEMONSTRATION)])
    press(page, form="main form[action='/case/address']")
    looker.look(page, "case")
    for address in ("receipt", "records-list", "take-back/abroad-DE", "take-back/review", "agree-to/US", "records",
                    "withdraw", "agreement", "agreement/address", "sent") if LONG else ("receipt", "records"):
        page.goto(f"{base}/case/{address}")
        looker.look(page, f"case, {address}")
    if LONG:
        the_patient(page, to_agree, looker)
    with house.database.transaction() as tx:
        lifecycle.decline_case(tx, house, case.id, "other", "Ask your own hospital.", "test", real_now())
    page.goto(f"{base}/case/")
    looker.look(page, "case, declined")
    done(looker, visitors)


def the_records(page: Page, link: str, file: Path, looker: Looker) -> None:
    """The page on which records are sent, while one is on its way."""
    page.goto(link)
    looker.look(page, "link to the records")
    press(page)
    page.locator("#files").set_input_files(file)
    expect(page.locator("#records-list .row")).to_have_count(1)
    looker.look(page, "records, sending")


def the_patient(page: Page, link: str, looker: Looker) -> None:
    """The patient's own yes, and taking it back."""
    page.goto(link)
    looker.look(page, "link of the patient")
    press(page)
    looker.look(page, "the patient's address asked for")
    fill(page, [("email", PATIENT_ADDRESS)])
    press(page)
    looker.look(page, "what the patient is asked")
    press(page)
    looker.look(page, "what the patient is asked, with mistakes")
    for box in page.locator(".agreements input").all():
        box.check()
    press(page)
    looker.look(page, "the patient has agreed")
    press(page, form="main form[action='/agree/no']")
    looker.look(page, "the patient does not agree")


def test_the_desk_is_said_wholly_and_fits(
    house: Services, base: str, narrow: Callable[[], Page], visitors: Visitors
) -> None:
    page, looker, now = narrow(), Looker(), real_now()
    give_device(page)
    main = full_desk(house)
    with house.database.transaction() as tx:
        who = coordinators.invite(tx, house.keys, house.ring, "Ines Probefall", "ines@clinic.example", CODE, now)
        grant = grants.issue(tx, Purpose.INVITE, who.id, now + timedelta(hours=1), now)
    page.goto(ways_in.address_of(house, grant))
    press(page)
    looker.look(page, "desk, making a passkey")
    press(page)
    page.wait_for_url(f"{base}/desk/")
    looker.look(page, "desk, cases")
    page.goto(f"{base}/desk/cases/{main.id}")
    looker.look(page, "desk, case")
    if LONG:
        the_rest_of_the_desk(page, house, main, looker)
    done(looker, visitors)


def the_rest_of_the_desk(page: Page, house: Services, main: Case, looker: Looker) -> None:
    """Every other page of a coordinator."""
    with house.database.transaction() as tx:
        waiting = a_case(tx, house, real_now(), answers=answers_for_another(house, language=CODE), language=CODE)
        held = a_case(tx, house, real_now())
        store.change(tx, held.id, held_as_suspect=True, traits=" ".join(Trait))
        call_backs.ask(tx, house, Said("Zelda", "+351912345678", "After 18:00"), CODE, real_now())
    desk = f"{house.settings.base_url}/desk"
    at = f"{desk}/cases/{main.id}"
    for address in (f"{desk}/", f"{desk}/?stage=closed", f"{desk}/calls", f"{desk}/suspects", f"{desk}/account",
                    f"{desk}/suspects/{held.id}/abuse", f"{desk}/cases/{held.id}", f"{desk}/cases/{waiting.id}",
                    f"{desk}/cases/{waiting.id}/agreement", f"{at}/decline", f"{at}?said=claimed"):  # fmt: skip
        page.goto(address)
        looker.look(page, address.removeprefix(desk))
    page.goto(f"{at}/decline")
    press(page)
    looker.look(page, "desk, declining, with mistakes")
    page.goto(at)
    press(page, form="main form[action$='/claim']")
    looker.look(page, "desk, case claimed")
    page.locator("main a[href$='/open']").first.click()
    looker.look(page, "desk, opening held records")
    page.goto(f"{desk}/cases/{waiting.id}")
    page.locator("#to-records_in").check()
    press(page, form="main form[action$='/move']")
    looker.look(page, "desk, case moved")
