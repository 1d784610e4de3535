"""Every page of the form, first seen, with its mistakes and filled in: open to everybody, in every language and light.

Arabic and Spanish in one light and at one size each time (English comes in `test_every_page`, in two); with
INTAKE_LONG=1 all languages in both of each: `make long`. And the ways of those who see little, use no mouse, or read
with their ears.
"""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from intake.languages import Languages
from tests.browser.test_every_page import OTHER
from tests.components.browser import Visitors
from tests.journeys.people import TYPED, fill, step_of
from tests.live import LiveServer

LONG = os.environ.get("INTAKE_LONG") == "1"
WAYS = [(size, light) for size in ("phone", "desktop") for light in ("light", "dark")]
CODES = Languages().offered
MATRIX = [(code, *way) for code in CODES for way in WAYS]
SOME = MATRIX if LONG else [("ar", "phone", "light"), ("es", "desktop", "dark")]
PAGES_AT_MOST, TABS_AT_MOST = 30, 120
HEARD = {
    "who": """
- paragraph: /Page 1 of \\d+/
- group "Who needs the second opinion?":
  - heading "Who needs the second opinion?" [level=1]
  - radio "I do"
  - radio "My child"
  - radio "Someone I care for"
  - paragraph: For example a parent, a partner or a friend
  - radio "My patient"
  - paragraph: I am a doctor or another health professional
- button "Continue"
- button "Save and come back later"
""",
    "patient": """
- alert "Please check your answers":
  - heading "Please check your answers" [level=2]
  - list:
    - listitem:
      - link "Type your full name"
    - listitem:
      - link "Type your date of birth"
    - listitem:
      - link "Choose the country you live in"
- heading "About you" [level=1]
- paragraph: As it is written in your passport or identity card, in any script
- paragraph: "Error: Type your full name"
- textbox "Your full name" [invalid]
- group "Your date of birth":
  - paragraph: Day, month and year, for example 27 3 1968
  - paragraph: "Error: Type your date of birth"
  - textbox "Day" [invalid]
  - textbox "Month" [invalid]
  - textbox "Year" [invalid]
- paragraph: "Error: Choose the country you live in"
- combobox "The country you live in" [invalid]
""",
    "check": """
- heading "Check your answers before you send them" [level=1]
- region "Who is asking":
  - heading "Who is asking" [level=2]
  - term: Who needs the second opinion?
  - definition: I do
- region "Your agreement":
  - heading "Your agreement" [level=2]
- region "When you send it"
- button "Send my request"
- link "Save and come back later"
""",
}


def onward(page: Page) -> Locator:
    """What leads on from a page of the form: its button, or a link where nothing is asked."""
    return page.locator("main .ways button:not([name]), main .ways a.button, main a.way-on").first


def go(page: Page) -> None:
    """Press what leads on, and wait for the answer."""
    with page.expect_navigation():
        onward(page).click()


def steps(
    page: Page, base: str, code: str, typed: dict[str, list[tuple[str, str]]], *, mistakes: bool = True
) -> Iterator[tuple[str, str]]:
    """Walk from the start to the check; gives (step, state) each time a page is to be looked at. Without `mistakes`
    each page is seen once only, on the shortest way."""
    page.goto(f"{base}/request/{code}/")
    yield "start", "first"
    with page.expect_navigation():
        page.locator("main .button--start").first.click()
    yield "can-it-wait", "first"
    with page.expect_navigation():
        page.locator("main form[method=post] button").first.click()
    for _ in range(PAGES_AT_MOST):
        step = step_of(page)
        yield step, "first"
        if step == "check":
            return
        if step in typed and not mistakes:
            fill(page, typed[step])
        elif step in typed:
            go(page)
            if step_of(page) == step:
                yield step, "with mistakes"
            else:
                page.goto(f"{base}/request/{code}/{step}")
            fill(page, typed[step])
            yield step, "filled in"
        go(page)
    raise AssertionError("never came to the check")


@pytest.mark.parametrize(("code", "size", "light"), SOME)
def test_every_page_is_open_to_everybody(
    live_server: LiveServer, visitors: Visitors, axe: Callable[[Page], None], code: str, size: str, light: str
) -> None:
    page = visitors(phone=size == "phone", color_scheme=light, reduced_motion="reduce")
    wrong, seen = [], set()
    for step, state in steps(page, live_server.base_url, code, OTHER):
        seen.add(step)
        try:
            axe(page)
        except AssertionError as shut_out:
            wrong.append(f"{step}, {state}: {shut_out}")
        assert page.locator("html").get_attribute("lang") == code
        assert page.locator("html").get_attribute("dir") == Languages().direction(code)
    assert wrong == [], "\n".join(wrong)
    assert visitors.complaints == [] and len(seen) >= 16


@pytest.mark.parametrize("code", CODES if LONG else ["ar"])
def test_nothing_is_lost_at_four_times_the_size(live_server: LiveServer, visitors: Visitors, code: str) -> None:
    """A screen of 1280 by 1024 at 400 % shows 320 by 256 of its points."""
    page = visitors(phone=False, viewport={"width": 320, "height": 256})
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    walk = steps(page, live_server.base_url, code, TYPED)
    assert [f"{step}, {state}" for step, state in walk if page.evaluate(wide)] == []


@pytest.mark.parametrize("step", HEARD)
def test_a_page_is_heard_as_it_is_read(live_server: LiveServer, visitors: Visitors, step: str) -> None:
    """What a screen reader is given: headings, groups, names, hints and states, in the order of the page."""
    page = visitors()
    for reached, state in steps(page, live_server.base_url, "en", TYPED, mistakes=step == "patient"):
        if (reached, state) == (step, "with mistakes" if step == "patient" else "first"):
            expect(page.get_by_role("main")).to_match_aria_snapshot(HEARD[step])
            return
    raise AssertionError(f"never came to {step}")


def test_the_form_is_filled_in_by_keyboard_alone(live_server: LiveServer, visitors: Visitors) -> None:
    page = visitors(phone=False)
    page.goto(f"{live_server.base_url}/request/en/")
    press(page, page.locator("main .button--start").first)
    press(page, page.locator("main form[method=post] button").first)
    for _ in range(PAGES_AT_MOST):
        step = step_of(page)
        if step == "check":
            break
        for name, value in TYPED.get(step, []):
            type_in(page, name, value)
        press(page, onward(page))
    expect(page).to_have_url(f"{live_server.base_url}/request/en/check")


def press(page: Page, goal: Locator) -> None:
    """Come to a button or link by tabs, and press Enter."""
    tab_to(page, goal)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def tab_to(page: Page, goal: Locator) -> None:
    """Press Tab until the focus is there."""
    for _ in range(TABS_AT_MOST):
        if goal.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("the focus never came there")


def type_in(page: Page, name: str, value: str) -> None:
    """Answer one field with keys alone."""
    box = page.locator(f'[name="{name}"]')
    kind = box.first.get_attribute("type")
    if kind == "radio":
        tab_to_group(page, box)
        for _ in range(box.count()):
            if page.evaluate("document.activeElement.value") == value:
                break
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Space")
    elif kind == "checkbox":
        goal = box.first if value == "yes" else page.locator(f'[name="{name}"][value="{value}"]')
        tab_to(page, goal)
        if not goal.is_checked():
            page.keyboard.press("Space")
    elif box.evaluate("element => element.tagName") == "SELECT":
        tab_to(page, box)
        page.keyboard.type(box.locator(f'option[value="{value}"]').inner_text())
    else:
        tab_to(page, box)
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(value)


def tab_to_group(page: Page, group: Locator) -> None:
    """Press Tab until the focus is on one of a group of radio buttons."""
    name = group.first.get_attribute("name")
    for _ in range(TABS_AT_MOST):
        if page.evaluate("document.activeElement.name") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError("the focus never came there")
