"""Somebody who does everything in any order: answers and nonsense, back, changes, other languages, other devices,
double presses, cookies deleted, sending too early and twice. After every step nothing typed is lost.

What can be typed is read off the pages themselves, so the walk follows them when they change. A few short walks each
time, always the same; with INTAKE_LONG=1 many long ones, others each time. What the walks came by is counted, so that
walks which come nowhere do not pass for good ones.
"""

import json
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from intake.cases import draft as drafts
from intake.cases import store
from intake.cases.draft import DraftState
from intake.forms.base import StepForm
from intake.forms.draft_answers import TYPED
from intake.forms.fields.question import Question
from intake.forms.journey import ONLY_FOR_OTHERS, may_visit, next_unanswered, path, pruned
from intake.forms.pages import BY_STEP, CHECK, PAGES, open_page
from intake.mail import outbox
from intake.mail.message import Message
from intake.services import Services
from tests.builders import a_context
from tests.journeys.filling import KINDS, anything, as_asked, boxes_for_words, names_of
from tests.visitor import Visitor, forms
from tests.web.test_request import begin, press

LONG = os.environ.get("INTAKE_LONG") == "1"
WALKS, STEPS = (400, 60) if LONG else (24, 30)
MOST_DEVICES = 3
PAGES_OF_OTHERS = tuple(page.step for page in PAGES if page.step in ONLY_FOR_OTHERS)
FAR = (0, 4, 9, len(PAGES), len(PAGES))  # how many pages are filled before a walk begins to wander
# From so many pages on somebody may lose patience: earlier, walks would end before they have wandered.
MANY_PAGES = 6
# What walks must come by: the many by all of it, the few at least by the first line.
FEW_COME_BY = {"a case", "a case for somebody else", "a mistake", "another language", "another device", "words kept"}
COME_BY = FEW_COME_BY | {
    "a case sent twice", "sent too early", "a page not reached", "two tabs", "another for whom",
    "answers left out of the case",
}  # fmt: skip

@dataclass(frozen=True)
class House:
    """What a walk needs of the tests around it."""

    services: Services
    clock: Any
    new_client: Callable[[], Visitor]


class Walk(RuleBasedStateMachine):
    """One person with one request and some devices. `typed` is what they last typed on each page, word by word."""

    house: House
    came_by: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.came_by["walks"] += 1
        self.words = 0
        self.typed: dict[str, list[str]] = {}
        self.sent_answers: dict[str, Any] | None = None

    # -- Beginning and looking -------------------------------------------------------------------------------

    @initialize(far=st.sampled_from(FAR), whom=st.sampled_from(["myself", "carer"]))
    def begins(self, far: int, whom: str) -> None:
        """A request is begun on the first device, and some of its pages are answered one after the other."""
        known = self._draft_ids()
        self.began = self.house.clock.advance(days=2)  # letters of other walks are counted no more
        self.language = self.house.services.languages.offered[0]
        self.devices = [self.house.new_client()]
        self.open_pages: list[tuple[str, str]] = []  # (step, signature) of pages that stay open in some tab
        begin(self.devices[0])
        (self.draft_id,) = self._draft_ids() - known
        self.before = self._draft().answers
        self._goes_on(far, who=whom)

    @rule(data=st.data())
    def looks_at_a_page(self, data: st.DataObject) -> None:
        """Any page, by its address. One that is not reached yet is not shown."""
        device, step = self._device(data), data.draw(st.sampled_from([*BY_STEP, CHECK, "continue", "save", "sent"]))
        page = self._ok(device.get(self._at(step)))
        if self.sent_answers is None and step in [*BY_STEP, CHECK] and self._knows(device):
            answers = self._draft().answers
            if may_visit(step, answers, self._context()):
                assert page.status_code == 200, step
                self._stays_open(step, page)
            else:
                self.came_by["a page not reached"] += 1
                assert page.location == self._at(next_unanswered(answers, self._context())), step

    @rule(data=st.data())
    def reads_another_language(self, data: st.DataObject) -> None:
        """By a link, on a page with nothing typed on it."""
        self.language = data.draw(st.sampled_from(self.house.services.languages.offered))
        page = self._ok(self._device(data).get(self._at("continue"), follow_redirects=True))
        if page.request.path.startswith("/request/"):
            self.came_by["another language"] += self.language != self.house.services.languages.offered[0]
            assert f'<html lang="{self.language}"' in page.text

    @rule(hours=st.integers(min_value=0, max_value=12))
    def time_passes(self, hours: int) -> None:
        """Pages stay open meanwhile."""
        self.house.clock.advance(hours=hours)

    # -- Answering -------------------------------------------------------------------------------------------

    @rule(data=st.data())
    def answers_the_next_page(self, data: st.DataObject) -> None:
        """As it is asked, more or less."""
        step = next_unanswered(self._draft().answers, self._context()) if self.sent_answers is None else "who"
        if step != CHECK:
            self._send_page(data, step, data.draw(st.sampled_from(["plain", "plain", "plain", "words", "changed"])))

    @rule(pages=st.sampled_from([2, 5]))
    def answers_several_pages(self, pages: int) -> None:
        """Goes on quickly, so that walks come far."""
        self._goes_on(pages)

    def _goes_on(self, pages: int, **chosen: str) -> None:
        """Answers so many pages as they are asked, or as many as are left. Draws nothing: what can be drawn for a walk
        is limited, and is better spent on wandering."""
        device = next(each for each in self.devices if self._knows(each))
        for _ in range(pages):
            step = next_unanswered(self._draft().answers, self._context()) if self.sent_answers is None else CHECK
            if step == CHECK:
                return
            page = self._ok(device.get(self._at(step)))
            self._stays_open(step, page)
            fields, words = self._filled(None, step, "words")
            for name in set(chosen) & set(fields):
                fields[name] = chosen[name]
            self._post(device, step, fields, words, signature=self.open_pages[-1][1])

    @rule(data=st.data(), whom=st.sampled_from(["carer", "carer", "child", "professional", "myself"]))
    def asks_for_somebody_else(self, data: st.DataObject, whom: str) -> None:
        """Changes for whom it is: pages come and go, their answers stay; and perhaps says more about it at once."""
        before = set(path(self._draft().answers)) if self.sent_answers is None else set()
        self._send_page(data, "who", "plain", then="", who=whom)
        if self.sent_answers is None:
            self.came_by["another for whom"] += before != set(path(self._draft().answers))
        for step in data.draw(st.sampled_from([(), PAGES_OF_OTHERS, PAGES_OF_OTHERS])):
            self._send_page(data, step, data.draw(st.sampled_from(["words", "changed"])), then="")

    @rule(data=st.data(), step=st.sampled_from(list(BY_STEP)))
    def works_in_two_tabs(self, data: st.DataObject, step: str) -> None:
        """Opens a page in two tabs, answers it in the one, then in the other: the later one counts."""
        device = self._device(data)
        tabs = [self._ok(device.get(self._at(step))) for _ in range(2)]
        for tab in tabs:
            if tab.status_code == 200 and tab.request.path == self._at(step):
                self._stays_open(step, tab)
                self._send_page(data, step, "words", then="", device=device, signature=self.open_pages[-1][1])
        self.came_by["two tabs"] += all(tab.status_code == 200 for tab in tabs)

    @precondition(lambda self: self.sent_answers is None and len(self.typed) >= MANY_PAGES)
    @rule(data=st.data(), times=st.integers(min_value=1, max_value=3), alone=st.booleans())
    def hurries_to_the_end(self, data: st.DataObject, times: int, alone: bool) -> None:
        """Answers what is still open, perhaps without asking for somebody else any more, sends it, several times if it
        seems slow, and presses the link of the letter."""
        if alone:
            self._send_page(data, "who", "plain", then="", who="myself")
        self._goes_on(2 * len(PAGES))
        self.sends(data, times)
        self.confirms()

    @rule(data=st.data(), mood=st.sampled_from(["words", "changed", "wild", "nothing"]))
    def answers_any_page(self, data: st.DataObject, mood: str) -> None:
        """Changes an earlier answer, sends a page from an old tab, or one that is not asked now."""
        self._send_page(data, data.draw(st.sampled_from(list(BY_STEP))), mood)

    def _send_page(
        self, data: st.DataObject, step: str, mood: str, then: str | None = None, *, device: Visitor | None = None,
        signature: str = "", **chosen: str,
    ) -> None:  # fmt: skip
        device = device or self._device(data)
        fields, words = self._filled(data, step, mood)
        ways = ["", "", "", "save", "back", *(f"language:{code}" for code in self.house.services.languages.offered)]
        fields["then"] = then if then is not None else data.draw(st.sampled_from(ways))
        fields["csrf_token"] = signature or self._signature(data, device, step)
        for name, value in chosen.items():
            fields[name] = value
        self._post(device, step, fields, words, times=data.draw(st.sampled_from([1, 1, 1, 2])))

    def _post(
        self, device: Visitor, step: str, fields: MultiDict[str, str], words: list[str], *, times: int = 1,
        signature: str = "",
    ) -> None:  # fmt: skip
        """Sends a page, perhaps twice, and looks at what became of it."""
        fields.setdefault("then", "")
        fields.setdefault("csrf_token", signature)
        for _ in range(times):
            answer = self._ok(device.post(self._at(step), data=fields))
        if self.sent_answers is None and self._knows(device):
            self._was_kept(step, words, answer)
        elif words:
            self.came_by["words kept"] += 1
            assert answer.status_code in (409, 410)
            assert all(word in unescape(answer.text) for word in words)
        if fields["then"].startswith("language:") and answer.status_code == 303:
            self.language = fields["then"].partition(":")[2]

    def _was_kept(self, step: str, words: list[str], answer: TestResponse) -> None:
        """The page is an answer now, or its words wait beside the answers; no other page has changed."""
        now, reached = self._draft().answers, may_visit(step, self.before, self._context())
        assert answer.status_code in ((303, 422) if reached else (303,))
        self.came_by["a mistake"] += answer.status_code == 422
        if not reached:
            assert now.get(step) == self.before.get(step), "a page that was not reached was answered"
        others = {each: given for each, given in now.items() if each not in (step, TYPED)}
        assert others == {each: given for each, given in self.before.items() if each not in (step, TYPED)}
        self.typed[step] = words
        self.before = now

    # -- Leaving, coming back, sending -----------------------------------------------------------------------

    @precondition(lambda self: self.sent_answers is None and len(self.devices) < MOST_DEVICES)
    @rule(data=st.data())
    def comes_back_on_another_device(self, data: st.DataObject) -> None:
        """Saves, opens the link of the letter elsewhere, and types the address."""
        device = self._device(data)
        if not self._knows(device):
            return
        address = self._draft().address or self._new_address()
        page = self._ok(device.get(self._at("save")))
        saved = self._ok(device.answer(page, form="/save", email=address))
        assert saved.location == self._at("saved")
        self._address_was_saved(address)
        letter = self._newest_letter("resume_draft")
        if letter is None:  # enough letters for one day
            return
        other = self.house.new_client()
        landed = self._ok(press(other, letter))
        asked = self._ok(other.get(landed.location))
        assert all(word not in asked.text for words in self.typed.values() for word in words if word not in address)
        assert self._ok(other.answer(asked, form="/resume", email=address)).status_code == 303
        self.devices.append(other)
        self.came_by["another device"] += 1

    def _address_was_saved(self, address: str) -> None:
        """The address stands on the page where it is asked for, too; nothing else has changed."""
        now, before = self._draft().answers, dict(self.before)
        if "reach-you" in before:
            if address != before["reach-you"]["email"]:
                self.typed["reach-you"] = [word for word in self.typed.get("reach-you", []) if "@" not in word]
            before["reach-you"] = before["reach-you"] | {"email": address}
        assert now == before
        self.before = now

    @rule(data=st.data(), which=st.sampled_from(["__Host-visit", "__Host-visit", "__Host-draft"]))
    def deletes_a_cookie(self, data: st.DataObject, which: str) -> None:
        """On any device but the last that knows the request."""
        device = self._device(data)
        if which == "__Host-visit" or len([each for each in self.devices if self._knows(each)]) > 1:
            device.delete_cookie(which, domain="localhost")

    @rule(data=st.data(), times=st.integers(min_value=1, max_value=3))
    def sends(self, data: st.DataObject, times: int) -> None:
        """Presses Send, perhaps too early, perhaps several times."""
        device = self._device(data)
        page = self._ok(device.get(self._at(CHECK)))
        if page.status_code != 200:
            assert self._ok(device.post(self._at("send"))).status_code in (303, 422)
            self.came_by["sent too early"] += self.sent_answers is None
            return
        assert next_unanswered(self._draft().answers, self._context()) == CHECK
        for _ in range(times):
            answer = self._ok(device.answer(page, form="/send"))
        self.came_by["a case sent twice"] += times > 1
        if answer.location == "/case/sent":
            self._is_a_case()

    @precondition(lambda self: self.sent_answers is None)
    @rule()
    def confirms(self) -> None:
        """Presses the link of the newest letter that asks to confirm, on a new device."""
        letter = self._newest_letter("confirm_address")
        if letter is None:
            return
        device = self.house.new_client()
        landing = self._ok(device.get("/l/" + letter.text.split("/l/", 1)[1].split()[0]))
        if landing.status_code != 200:  # another address was given since
            return
        whole = next_unanswered(self._draft().answers, self._context()) == CHECK
        answer = self._ok(device.answer(landing, form="/l/"))
        assert (answer.location == "/case/sent") is whole
        if whole:
            self._is_a_case()

    def _is_a_case(self) -> None:
        if self.sent_answers is None:
            self.sent_answers = self.before
            self.came_by["a case"] += 1
            self.came_by["a case for somebody else"] += "asking" in path(self.before)
            self.came_by["answers left out of the case"] += bool(set(self.before) - set(path(self.before)) - {TYPED})

    # -- What always holds -----------------------------------------------------------------------------------

    @invariant()
    def nothing_typed_is_lost(self) -> None:
        """What was last typed on each page is its answer, or waits beside the answers."""
        if self.sent_answers is not None:
            return
        answers = self._draft().answers
        for step, words in self.typed.items():
            kept = json.dumps([answers.get(step), answers.get(TYPED, {}).get(step)], ensure_ascii=False)
            assert [word for word in words if word not in kept] == [], step

    @invariant()
    def one_request_is_at_most_one_case(self) -> None:
        """However often it is sent; and the case holds the answers that were asked for, and no others."""
        services, draft = self.house.services, self._draft()
        with services.database.read() as tx:
            mine = select(func.count()).select_from(store.cases).where(store.cases.c.draft_id == self.draft_id)
            assert tx.scalar(mine) == (self.sent_answers is not None)
            assert (draft.state is DraftState.SENT) is (self.sent_answers is not None)
            if self.sent_answers is None:
                return
            case = store.case_by_id(tx, draft.case_id)
            assert store.read_answers(tx, services.keys, case) == pruned(self.sent_answers)
        assert set(pruned(self.sent_answers)) == {step for step in path(self.sent_answers) if step in BY_STEP}

    # -- Means -----------------------------------------------------------------------------------------------

    def _ok(self, answer: TestResponse) -> TestResponse:
        self.came_by["requests"] += 1
        self.house.clock.advance(seconds=1)
        assert answer.status_code < 500, (answer.request.method, answer.request.path)
        return answer

    def _at(self, step: str) -> str:
        return f"/request/{self.language}/{step}"

    def _context(self) -> Any:
        return a_context(self.house.services, self.language)

    def _device(self, data: st.DataObject) -> Visitor:
        return self.devices[data.draw(st.integers(min_value=0, max_value=len(self.devices) - 1))]

    def _knows(self, device: Visitor) -> bool:
        """Whether this device still has the cookie of the request."""
        return device.get_cookie("__Host-draft", domain="localhost") is not None

    def _draft_ids(self) -> set[str]:
        with self.house.services.database.read() as tx:
            return {row.id for row in tx.all(select(drafts.drafts.c.id))}

    def _draft(self) -> drafts.Draft:
        services = self.house.services
        with services.database.read() as tx:
            return drafts.read_draft(tx, services.keys, self.draft_id, services.clock())

    def _newest_letter(self, kind: str) -> Message | None:
        """Of this walk, to the address that the request has now."""
        services, table, address = self.house.services, outbox.letters, self._draft().address
        mine = (table.c.recipient_hash == drafts.address_hash(services.keys, address), table.c.made_at >= self.began)
        wanted = select(table.c.id).where(*mine, table.c.letter == kind).order_by(table.c.made_at.desc()).limit(1)
        with services.database.read() as tx:
            letter_id = tx.scalar(wanted)
            return None if letter_id is None else outbox.open_letter(tx, services.keys, letter_id)

    def _new_word(self) -> str:
        self.words += 1
        return f"w{self.words}w"

    def _new_address(self) -> str:
        return f"{self._new_word()}.{self.draft_id[:8].lower().strip('-_')}@example.org"

    def _stays_open(self, step: str, page: TestResponse) -> None:
        found = [form.fields["csrf_token"] for form in forms(page) if form.action.endswith(f"/{step}")]
        self.open_pages += [(step, token) for token in found[:1]]

    def _signature(self, data: st.DataObject, device: Visitor, step: str) -> str:
        """Of the page as it is now, or of one that stayed open; "" where there is none."""
        old = [token for each, token in self.open_pages if each == step]
        if old and data.draw(st.booleans()):
            return data.draw(st.sampled_from(old))
        page = self._ok(device.get(self._at(step)))
        if page.status_code != 200:
            return old[-1] if old else ""
        self._stays_open(step, page)
        return self.open_pages[-1][1]

    def _filled(self, data: st.DataObject | None, step: str, mood: str) -> tuple[MultiDict[str, str], list[str]]:
        """What is sent of a page, and the words in it that must not be lost."""
        form = open_page(step, self._context(), self._draft().answers)
        asked = [field for field in form.questions if field.kind != "trap"]
        sent: MultiDict[str, str] = MultiDict(as_asked(form) if mood != "nothing" else [])
        if data is not None and mood in ("changed", "wild"):
            some = asked if mood == "wild" else data.draw(st.lists(st.sampled_from(asked), max_size=2, unique=True))
            for field in some:
                for name in names_of(field):
                    sent.poplist(name)
                sent.update(anything(data, field))
        if mood != "plain":
            for field in asked:
                for name in boxes_for_words(field):
                    if sent.get(name):
                        sent[name] = self._with_a_word(field, sent[name])
        words = [word for field in asked for name in boxes_for_words(field) for word in sent.get(name, "").split()]
        return sent, [word.split("@")[0] for word in words if word.startswith("w") and word.split("@")[0].endswith("w")]

    def _with_a_word(self, field: Question, text: str) -> str:
        if field.kind == "email":
            return text.replace(text.split("@")[0], self._new_word(), 1)
        return f"{self._new_word()} {text}"


def test_whatever_somebody_does_nothing_is_lost_and_one_case_is_made(
    services: Services, still_clock: Any, new_client: Callable[[], Visitor]
) -> None:
    class OneWalk(Walk):
        house = House(services, still_clock, new_client)
        came_by: Counter[str] = Counter()

    run_state_machine_as_test(
        OneWalk,
        settings=settings(
            max_examples=WALKS,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not LONG,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=list(Phase) if LONG else [Phase.explicit, Phase.generate],  # making a failure short takes minutes
        ),
    )
    print(f"at most {STEPS} steps each:", dict(OneWalk.came_by))
    assert (COME_BY if LONG else FEW_COME_BY) - set(+OneWalk.came_by) == set()


def test_the_walks_know_how_to_fill_every_page(services: Services) -> None:
    """Without this the walks would stop early, and nobody would notice."""
    answers: dict[str, Any] = {}
    while (step := next_unanswered(answers, a_context(services))) != CHECK:
        form = open_page(step, a_context(services), answers)
        filled = open_page(step, a_context(services), answers, MultiDict(as_asked(form)))
        assert filled.validate(), (step, filled.mistakes)
        answers[step] = filled.stored()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.step)
def test_the_walks_know_every_kind_of_question(services: Services, page: type[StepForm]) -> None:
    form = open_page(page.step, a_context(services), {"who": {"who": "carer"}})
    assert {field.kind for field in form.questions} <= KINDS
