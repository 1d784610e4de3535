"""The guided request through the web: nobody gets lost, nothing typed is lost, and one case is made."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from intake.cases.draft import drafts
from intake.cases.store import cases
from intake.demo import TYPED
from intake.forms.context import FORM_VERSION
from tests.visitor import Visitor

EN = "/request/en/"


def begin(visitor: Visitor) -> None:
    """Press the button of the start page, and say that nothing is happening now that cannot wait."""
    assert visitor.answer(visitor.answer(visitor.get(EN))).status_code == 303


def fill(visitor: Visitor, *, until: str = "check", **changed: dict[str, Any]) -> str:
    """Answer page after page as it comes; returns the address where it stopped."""
    where = visitor.get(EN + "continue").location
    while not where.endswith(until):
        step = where.rsplit("/", 1)[1]
        typed: dict[str, Any] = {}
        for name, value in TYPED.get(step, []):  # not every page asks something
            typed[name] = [*typed[name], value] if name in typed else [value]
        answered = visitor.answer(visitor.get(where), **(typed | changed.get(step.replace("-", "_"), {})))
        assert answered.status_code == 303, answered.text
        where = answered.location
    return where


def count(services: Any, table: Any) -> int:
    with services.database.read() as tx:
        return int(tx.scalar(select(func.count()).select_from(table)))


def link_in(letter: Any) -> str:
    """The path of the link in a letter."""
    return "/l/" + letter.text.split("/l/", 1)[1].split()[0]


def press(visitor: Visitor, letter: Any) -> TestResponse:
    """Open the link of a letter and press its button."""
    return visitor.answer(visitor.get(link_in(letter)))


def test_the_form_is_reached_in_a_language_we_offer(client: Visitor) -> None:
    assert client.get("/request/").location == EN
    assert client.get("/request/xx/who").location == EN + "who"
    assert client.post("/request/xx/").status_code == 404


def test_looking_at_the_start_page_stores_nothing(client: Visitor, services: Any) -> None:
    page = client.get(EN)
    assert page.status_code == 200
    assert page.text.index("call your local emergency number now") < page.text.index("What it costs")
    assert count(services, drafts) == 0


def test_a_page_without_a_draft_leads_to_the_start(client: Visitor) -> None:
    assert client.get(EN + "questions").location == EN
    assert client.get(EN + "sent").location == EN


def test_starting_makes_one_draft_and_leads_to_the_first_page(client: Visitor, services: Any) -> None:
    begin(client)
    assert count(services, drafts) == 1
    assert client.get(EN + "continue").location == EN + "who"
    with services.database.read() as tx:
        assert tx.scalar(select(drafts.c.form_version)) == FORM_VERSION


def test_nobody_gets_past_the_first_unanswered_page(client: Visitor) -> None:
    begin(client)
    for step in ("patient", "consent", "check"):
        assert client.get(EN + step).location == EN + "who"
    assert client.post(EN + "patient", data={}).location == EN + "who"
    assert client.get(EN + "no-such-page").status_code == 404


def test_a_mistake_keeps_what_was_typed_now_and_later(client: Visitor) -> None:
    begin(client)
    where = fill(client, until="patient")
    wrong = client.answer(
        client.get(where), **{"full_name": "Ana <Lima>", "born-day": "31", "born-month": "2"}
    )
    assert wrong.status_code == 422
    assert "<title>Error: About you" in wrong.text
    assert 'value="Ana &lt;Lima&gt;"' in wrong.text
    later = client.get(where)
    assert 'value="Ana &lt;Lima&gt;"' in later.text and 'value="31"' in later.text
    assert "Error:" not in later.text


def test_a_page_open_longer_than_any_draft_waits_is_asked_again_and_answers_nothing(
    client: Visitor, services: Any, still_clock: Any
) -> None:
    begin(client)
    page = client.get(EN + "who")
    still_clock.advance(days=services.settings.draft_days - 1)
    client.answer(client.get(EN + "who"), who="nobody")  # in another tab; the draft has its full time again
    still_clock.advance(days=2)
    again = client.answer(page, who="child")
    assert again.status_code == 422
    assert "This page was open for a long time" in again.text
    assert 'value="child" checked' in again.text
    assert client.get(EN + "continue").location == EN + "who"
    assert client.answer(again).status_code == 303


def test_leaving_in_the_middle_of_a_page_keeps_its_words(client: Visitor) -> None:
    begin(client)
    where = fill(client, until="questions")
    left = client.answer(client.get(where), first="", second="Half a thought", then="save")
    assert left.location == EN + "save"
    assert "Half a thought" in client.get(where).text


def test_the_check_page_shows_every_answer_with_a_way_to_change_it(client: Visitor) -> None:
    begin(client)
    page = client.get(fill(client))
    assert "DEMONSTRATION" in page.text
    assert f'href="{EN}questions#first"' in page.text
    changed = client.answer(client.get(EN + "reason"), reason="unknown")
    assert changed.location == EN + "check"


def test_a_send_from_an_unknown_address_waits_for_the_letter(
    client: Visitor, services: Any, outbox_letters: Callable[..., list[Any]]
) -> None:
    begin(client)
    sent = client.answer(client.get(fill(client)))
    assert sent.location == EN + "sent"
    assert "demonstration@example.org" in client.get(sent.location).text
    assert count(services, cases) == 0
    assert len(outbox_letters("confirm_address")) == 1


def test_the_letter_is_sent_again_on_request(
    client: Visitor, outbox_letters: Callable[..., list[Any]]
) -> None:
    begin(client)
    parked = client.get(client.answer(client.get(fill(client))).location)
    again = client.answer(parked)
    assert again.location == EN + "sent?again=1"
    assert "We have sent the e-mail again" in client.get(again.location).text
    assert len(outbox_letters("confirm_address")) == 2


def test_confirming_opens_the_case_and_shows_its_reference(
    client: Visitor, services: Any, outbox_letters: Callable[..., list[Any]]
) -> None:
    begin(client)
    client.answer(client.get(fill(client)))
    opened = press(client, outbox_letters("confirm_address")[0])
    assert opened.location == "/case/sent"
    with services.database.read() as tx:
        assert tx.scalar(select(cases.c.reference)) in client.get("/case/sent").text
    assert client.get(EN + "who").location == "/case/sent"
    assert client.get(EN).status_code == 200


def test_coming_back_by_the_link_needs_the_address_and_counts_as_confirmed(
    client: Visitor,
    new_client: Callable[[], Visitor],
    services: Any,
    outbox_letters: Callable[..., list[Any]],
) -> None:
    begin(client)
    fill(client, until="questions")
    saved = client.answer(client.get(EN + "save"))
    assert "demonstration@example.org" in client.get(saved.location).text

    elsewhere = new_client()
    landed = press(elsewhere, outbox_letters("resume_draft")[0])
    assert landed.location == EN + "resume"
    assert elsewhere.get(EN + "questions").location == EN + "resume"
    asked = elsewhere.get(landed.location)
    assert "DEMONSTRATION" not in asked.text
    assert elsewhere.answer(asked, email="somebody@example.org").status_code == 422
    assert (
        elsewhere.answer(elsewhere.get(landed.location), email="Demonstration@example.org").status_code == 303
    )
    assert elsewhere.get(EN + "continue").location == EN + "questions"
    sent = elsewhere.answer(elsewhere.get(fill(elsewhere)))
    assert sent.location == "/case/sent"
    assert count(services, cases) == 1


def test_saving_before_any_address_was_given_asks_for_it_once(
    client: Visitor, outbox_letters: Callable[..., list[Any]]
) -> None:
    begin(client)
    fill(client, until="patient")
    assert client.answer(client.get(EN + "save"), email="ana@").status_code == 422
    assert client.answer(client.get(EN + "save"), email="ana@example.org").location == EN + "saved"
    assert len(outbox_letters("resume_draft")) == 1
    assert 'value="ana@example.org"' in client.get(fill(client, until="reach-you")).text


def test_another_address_on_the_save_page_must_be_confirmed_anew(client: Visitor, services: Any) -> None:
    begin(client)
    check = fill(client)
    client.answer(client.get(EN + "save"), email="new@example.org")
    assert "new@example.org" in client.get(check).text
    assert client.answer(client.get(check)).location == EN + "sent"


def test_a_program_that_fills_the_hidden_box_is_told_and_a_person_loses_nothing(client: Visitor) -> None:
    begin(client)
    where = fill(client, until="reach-you")
    typed = {name: value for name, value in TYPED["reach-you"]}
    trapped = client.answer(client.get(where), **typed, remark2="buy")
    assert trapped.status_code == 422
    assert "Leave this box empty" in trapped.text
    assert "demonstration@example.org" in client.get(where).text


def test_many_presses_of_send_make_one_case(
    client: Visitor, services: Any, app: Any, outbox_letters: Callable[..., list[Any]]
) -> None:
    begin(client)
    fill(client, until="questions")
    client.answer(client.get(EN + "save"))
    press(client, outbox_letters("resume_draft")[0])
    client.answer(client.get(EN + "resume"), email="demonstration@example.org")
    page = client.get(fill(client))
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in client._cookies.values())

    def press_send(_: int) -> int:
        visitor = app.test_client(use_cookies=False)
        visitor.base_url = client.base_url
        answer = visitor.post(EN + "send", data={"csrf_token": token}, headers={"Cookie": cookies})
        return int(answer.status_code)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(press_send, range(24))) == {303}
    assert count(services, cases) == 1
    assert len(outbox_letters("case_opened")) == 1


def test_a_draft_whose_time_is_over_says_so(client: Visitor, still_clock: Any, services: Any) -> None:
    begin(client)
    page = client.get(EN + "who")
    still_clock.advance(days=services.settings.draft_days, minutes=-1)
    assert client.get(EN + "who").status_code == 200
    still_clock.advance(minutes=2)
    assert client.get(EN + "who").status_code in (303, 410)
    assert client.answer(page, who="myself").status_code in (409, 410)


def test_reading_changes_nothing(client: Visitor, services: Any) -> None:
    begin(client)
    fill(client)

    def everything() -> list[Any]:
        with services.database.read() as tx:
            return [tuple(row) for row in tx.all(select(drafts))]

    before = everything()
    for step in (
        "",
        "continue",
        "who",
        "patient",
        "questions",
        "consent",
        "check",
        "sent",
        "save",
        "saved",
        "resume",
    ):
        for method in ("GET", "HEAD", "OPTIONS"):
            assert client.open(EN + step, method=method).status_code < 400
    assert everything() == before


@pytest.mark.parametrize("step", [*TYPED, "check", "save", "saved", ""])
def test_every_page_has_one_heading_a_label_for_each_box_and_help_in_the_same_place(
    client: Visitor, step: str
) -> None:
    begin(client)
    fill(client)
    text = client.get(EN + step).text
    assert text.count("<h1") == 1
    assert (
        text.index('class="skip"') < text.index("<header") < text.index('class="help') < text.index("<main")
    )
    for part in text.split("<input ")[1:]:
        tag = part.split(">", 1)[0]
        if 'type="hidden"' not in tag:
            name = tag.split('id="')[1].split('"')[0]
            assert f'for="{name}"' in text, tag
    assert "style=" not in text and "<script>" not in text and "onclick" not in text
    assert len(text) < 50_000


SLUGS = [("helping-hands", "helping-hands"), ("<b>", None), ("UPPER", None), ("", None)]


@pytest.mark.parametrize(("slug", "kept"), SLUGS)
def test_the_partner_whose_page_led_here_is_kept_with_the_draft(client, services, slug: str, kept: str | None) -> None:
    page = client.answer(client.get("/request/en/", query_string={"via": slug}))
    assert client.answer(page).status_code == 303
    with services.database.read() as tx:
        assert tx.scalar(select(drafts.c.partner)) == kept


def test_a_second_tab_that_starts_again_loses_nothing_of_the_first(client: Visitor, services: Any) -> None:
    tabs = [client.get(EN + "can-it-wait"), client.get(EN + "can-it-wait")]
    client.answer(tabs[0])
    where = fill(client, until="questions")
    typing = client.get(where)
    assert client.answer(tabs[1]).location == EN + "continue"
    assert client.answer(typing, first="What is it?").status_code == 303
    assert count(services, drafts) == 1


def test_who_really_wants_to_start_a_new_one_can(client: Visitor, services: Any) -> None:
    begin(client)
    fill(client, until="questions")
    page = client.get(EN)
    assert 'name="anew" value="yes"' in page.text
    assert client.answer(client.answer(page, anew="yes")).status_code == 303
    assert client.get(EN + "continue").location == EN + "who"
    assert count(services, drafts) == 2


def test_a_browser_holds_a_draft_as_long_as_the_draft_lives(client: Visitor, services: Any, still_clock: Any) -> None:
    begin(client)
    fill(client, until="reason")
    still_clock.advance(days=services.settings.draft_days - 1)
    answered = client.answer(client.get(EN + "reason"), reason="unknown")
    assert "__Host-draft=" in answered.headers["Set-Cookie"]
    still_clock.advance(days=services.settings.draft_days - 1)
    assert client.get(EN + "continue").location == EN + "frame"
