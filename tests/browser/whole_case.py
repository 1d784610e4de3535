"""What the journey of a whole case needs: letters read as they arrive, by either way, and a look at every page.

Whoever looks at a page of a case finds there whose turn it is and a date; an Arabic page speaks Arabic.
"""

import json
import os
import re
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from intake.cases import conversation, store
from intake.cases.case import Case, Turn
from intake.cases.next_step import Step, next_step
from intake.clock import now as real_now
from intake.services import Services
from tests.components.fake_sendgrid import FakeSendGrid
from tests.components.sendgrid_events import HOOK, Signer, an_event, as_body
from tests.components.smtp import Mailroom

# The line of the clock on the requester's pages, for each step that a case may wait for.
CLOCK = {
    Step.ANSWER: "It is your turn: please answer our question.",
    Step.REPLY: "It is our turn: a coordinator answers what you wrote.",
    Step.SEND: "It is your turn: please send us your records.",
    Step.CHECK: "You said that everything is sent. We check the files now, and you need not do anything.",
    Step.LOOK: "It is our turn: a coordinator reads your request.",
    Step.OPINION: "It is the specialist’s turn.",
    Step.READ: "It is your turn: please read the opinion, and ask us what is not clear.",
    Step.NONE: "Our work on this request has ended.",
}
# Words of ours: not what people typed, names, figures, or what says that it is of another language.
OURS = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    const theirs = "bdi, [dir=auto], [dir=ltr], body [lang], textarea, script, abbr";
    for (let node = walker.nextNode(); node; node = walker.nextNode())
        if (!node.parentElement.closest(theirs)) found.push(node.textContent);
    return found.join("\\n");
}"""
ENGLISH = re.compile(r"[a-z]{2,} [A-Za-z]{2,}")  # not "CDA XML"
ISOLATES = re.compile("[\u2066-\u2069]")
LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Letter:
    """One letter as its reader has it, whichever way it came."""

    id: str
    to: str
    subject: str
    text: str

    def link(self, part: str) -> str:
        """The link that leads there, such as "/l/case."."""
        (found,) = {link for link in LINK.findall(self.text) if part in link}
        return found


@dataclass
class Post:
    """Letters of both ways, each taken out once by its reader; and the provider's news of those that it took."""

    mailroom: Mailroom
    sendgrid: FakeSendGrid
    signer: Signer
    base_url: str = ""
    taken: set[str] = field(default_factory=set)

    def all(self) -> Iterator[Letter]:
        """Everything that has come."""
        for mail in list(self.mailroom.messages):
            plain = mail.get_body(("plain",))
            assert plain is not None
            yield Letter(str(mail["X-Letter-Id"]), str(mail["To"]), str(mail["Subject"]), plain.get_content())
        for body in self.sendgrid.bodies:
            (to,) = body["personalizations"][0]["to"]
            yield Letter(body["custom_args"]["letter_id"], to["email"], body["subject"], body["content"][0]["value"])

    def take(self, address: str, words: str, seconds: float = 30) -> Letter:
        """The next letter to an address with these words in its subject; waits for it, and fails if none comes."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for letter in self.all():
                if letter.id not in self.taken and address in letter.to and words in ISOLATES.sub("", letter.subject):
                    self.taken.add(letter.id)
                    return letter
            time.sleep(0.05)
        pytest.fail(f"no letter with {words!r} came to {address}; there are {[each.subject for each in self.all()]}")

    def tell(self, letter: Letter, *events: str, **more: str) -> int:
        """Let the provider tell what became of a letter, signed. How many of the events were news."""
        told = [an_event(name, letter.id, real_now(), after=after, **more) for after, name in enumerate(events)]
        return self._post(as_body(told)) + self._post(as_body(told))  # as SendGrid does at times: everything twice

    def _post(self, body: bytes) -> int:
        request = urllib.request.Request(
            self.base_url + HOOK, body, self.signer.headers(body, real_now()), method="POST"
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(json.load(answer)["new"])


@dataclass
class Watch:
    """Looks at each page on the way: open to everybody, in its reader's language, somebody's turn, and a date."""

    house: Services
    axe: Callable[[Page], None]
    language: str
    seen: list[str] = field(default_factory=list)

    def say(self, message: str) -> str:
        """Our words in the requester's language."""
        return self.house.languages.gettext(self.language)(message)

    def patient(self, page: Page, name: str, case_id: str) -> None:
        """A page of the requester's case."""
        case, step = self._now(case_id)
        expect(page.get_by_text(self.say(CLOCK[step])).first).to_be_visible()
        self._date(page, case, self.language)
        self.words(page, name)

    def desk(self, page: Page, name: str, case_id: str) -> None:
        """A page of the desk about one case."""
        case, _ = self._now(case_id)
        if case.turn is not Turn.NOBODY:
            words = page.get_by_role("main").get_by_text(f"Turn: {case.turn.value.capitalize()}")
            expect(words.first).to_be_visible()
        self._date(page, case, "en")
        self._look(page, name)

    def listed(self, page: Page, name: str, case_id: str) -> None:
        """A case in the desk’s list."""
        case, _ = self._now(case_id)
        row = page.get_by_role("row").filter(has_text=case.reference)
        expect(row).to_contain_text(case.turn.value.capitalize())
        day, now = case.due_at or case.purge_at, self.house.clock()
        shown = self.house.languages.format_short_date if day.year == now.year else self.house.languages.format_date
        expect(row).to_contain_text(shown("en", self._here(day)))
        self._look(page, name)

    def words(self, page: Page, name: str) -> None:
        """A page in the requester's language, of a case or before there is one."""
        assert page.locator("html").get_attribute("lang") == self.language, name
        english = ENGLISH.findall(page.evaluate(OURS)) if self.language == "ar" else []
        assert english == [], f"{name}: {english}"
        self._look(page, name)

    def letter(self, letter: Letter, day: datetime | None = None) -> Letter:
        """A letter to the requester speaks their language, and names this day."""
        lines = [line for line in letter.text.splitlines() if "@" not in line and "http" not in line]
        english = ENGLISH.findall("\n".join(lines).split("--\n")[0]) if self.language == "ar" else []
        assert english == [], f"{letter.subject}: {english}"
        if day is not None:
            assert self._shown(day, self.language) in " ".join(letter.text.split()), letter.text
        return letter

    def due(self, case_id: str) -> datetime | None:
        """When the next step of a case is due."""
        return self._now(case_id)[0].due_at

    def kept_until(self, case_id: str) -> datetime:
        """When a case will be deleted."""
        return self._now(case_id)[0].purge_at

    def _now(self, case_id: str) -> tuple[Case, Step]:
        with self.house.database.read() as tx:
            case = store.case_by_id(tx, case_id)
            return case, next_step(case, conversation.waiting(tx, case_id))

    def _date(self, page: Page, case: Case, language: str) -> None:
        day = case.purge_at if case.turn is Turn.NOBODY else case.due_at
        assert day is not None, "a turn without a date"
        expect(page.get_by_role("main").get_by_text(self._shown(day, language)).first).to_be_visible()

    def _shown(self, day: datetime, language: str) -> str:
        return self.house.languages.format_date(language, self._here(day))

    def _here(self, day: datetime) -> date:
        return day.astimezone(ZoneInfo(self.house.operator.contact.time_zone)).date()

    def _look(self, page: Page, name: str) -> None:
        page.wait_for_load_state()
        self.seen.append(name)
        self.axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is too wide"
        if place := os.environ.get("INTAKE_PICTURES"):
            page.screenshot(path=Path(place) / f"{len(self.seen):02}-{name}.png", full_page=True)
