"""Nothing typed is lost: on pages left aside, left open, opened twice, or sent when there is no draft to keep it in."""

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from intake.cases import draft as drafts
from intake.cases.store import cases
from intake.forms.draft_answers import TYPED
from intake.languages import Languages
from tests.visitor import Visitor
from tests.web.test_request import EN, begin, count, fill, press

ES = EN.replace("/en/", "/es/")
WORDS = "Half a thought, <b> and “marks”"
Letters = Callable[..., list[Any]]


@pytest.fixture
def three_languages(services: Any) -> None:
    """The house offers more than one language."""
    object.__setattr__(services, "languages", Languages(("en", "es", "ar")))


def typed_in(page: Any, words: str = WORDS) -> bool:
    """Whether the words stand on a page, in a box or to be read."""
    return words in unescape(page.text)


def stored(services: Any) -> dict[str, Any]:
    """The answers of the only draft, without what was typed and not taken."""
    with services.database.read() as tx:
        draft_id = tx.scalar(drafts.drafts.select().with_only_columns(drafts.drafts.c.id))
        answers = drafts.read_draft(tx, services.keys, draft_id, services.clock()).answers
    return {step: given for step, given in answers.items() if step != TYPED}


@pytest.fixture
def writing(client: Visitor) -> str:
    """Somebody who came as far as the page about the reason; its address."""
    begin(client)
    return fill(client, until="reason")


# -- Leaving a page aside ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("three_languages")
def test_another_language_in_the_middle_of_a_page_keeps_the_words_on_it(client, services, writing: str) -> None:
    page = client.get(writing)
    assert '<button form="page-form" name="then" value="language:es" lang="es">' in page.text
    switched = client.answer(page, more=WORDS, then="language:es")
    assert switched.status_code == 303 and switched.location == ES + "reason"
    there = client.get(switched.location)
    assert '<html lang="es"' in there.text and typed_in(there)
    assert "reason" not in stored(services)  # it was not answered, only typed
    back = client.answer(there, then="language:en", reason="unknown")
    assert typed_in(client.get(back.location)) and 'value="unknown" checked' in client.get(back.location).text
    assert client.answer(client.get(back.location)).status_code == 303
    assert stored(services)["reason"] == {"reason": "unknown", "more": WORDS}


@pytest.mark.usefixtures("three_languages")
def test_a_page_that_was_answered_stays_answered_in_another_language(client, services, writing: str) -> None:
    client.answer(client.get(writing), reason="unknown", more=WORDS)
    before, where = stored(services), client.get(EN + "continue").location
    assert client.answer(client.get(writing), then="language:ar").location == writing.replace("/en/", "/ar/")
    assert stored(services) == before
    assert client.get(EN + "continue").location == where
    assert "Some of your words" not in client.get(fill(client)).text


@pytest.mark.usefixtures("three_languages")
def test_a_language_that_we_do_not_offer_is_no_way_aside(client: Visitor, writing: str) -> None:
    refused = client.answer(client.get(writing), more=WORDS, then="language:xx")
    assert refused.status_code == 422 and typed_in(refused)


@pytest.mark.usefixtures("three_languages")
def test_links_to_another_language_still_work(client: Visitor, writing: str) -> None:
    assert client.get(writing.replace("/en/", "/es/")).status_code == 200
    assert f'<a href="{ES}check" lang="es"' in client.get(fill(client)).text


@pytest.mark.usefixtures("three_languages")
def test_an_address_that_was_only_typed_is_there_in_the_other_language(client: Visitor, writing: str) -> None:
    other = client.answer(client.get(EN + "save"), email="half@", then="language:es")
    assert other.status_code == 200 and '<html lang="es"' in other.text and 'value="half@"' in other.text
    assert client.answer(other, email="whole@example.org").location == ES + "saved"


@pytest.mark.usefixtures("three_languages")
def test_a_name_and_a_number_to_call_are_there_in_the_other_language(client: Visitor) -> None:
    other = client.answer(client.get(EN + "call-me"), called=WORDS, number="12", then="language:ar")
    assert '<html lang="ar"' in other.text and typed_in(other) and 'value="12"' in other.text
    assert "Error" not in other.text and "<title>خطأ" not in other.text


def test_the_way_back_keeps_the_words_of_the_page_that_is_left(client: Visitor, writing: str) -> None:
    page = client.get(writing)
    assert 'form="page-form" name="then" value="back"' in page.text
    assert client.answer(page, more=WORDS, then="back").location == EN + "treatment"
    assert typed_in(client.get(writing))


def test_a_page_that_is_whole_counts_as_answered_on_the_way_back(client, services, writing: str) -> None:
    client.answer(client.get(writing), reason="unknown", more=WORDS, then="back")
    assert stored(services)["reason"]["more"] == WORDS
    assert not client.get(EN + "continue").location.endswith("reason")


def test_the_key_for_a_new_line_goes_on_and_not_aside(client: Visitor, writing: str) -> None:
    """A browser presses the first button of a form in the order of the page, wherever the button stands."""
    text = client.get(writing).text
    first = text.index('form="page-form"')
    tag = text[text.rindex("<button", 0, first) : text.index(">", first)]
    assert 'name="' not in tag and 'tabindex="-1"' in tag and 'aria-hidden="true"' in tag


def test_words_that_never_became_an_answer_are_pointed_out_before_sending(client: Visitor, writing: str) -> None:
    check = fill(client)
    assert "Some of your words" not in client.get(check).text
    client.answer(client.get(EN + "questions"), first="", second=WORDS)
    page = client.get(check)
    assert "Some of your words are not in the request yet" in page.text
    assert f'<li><a href="{EN}questions">' in page.text
    client.answer(client.get(EN + "questions"), first="What is it?")
    assert "Some of your words" not in client.get(check).text


def test_ticks_that_were_taken_away_stay_away(client: Visitor, writing: str) -> None:
    fill(client)
    address = EN + "records"
    assert client.answer(client.get(address), tongues=None, other_tongue="").status_code == 422
    assert 'value="pt" checked' not in client.get(address).text


# -- Pages that stay open ------------------------------------------------------------------------------------


def test_a_page_left_open_for_days_is_taken_while_the_draft_lives(client, services, still_clock, writing: str) -> None:
    page = client.get(writing)
    still_clock.advance(days=services.settings.draft_days - 1)
    assert client.answer(page, reason="unknown", more=WORDS).status_code == 303
    assert stored(services)["reason"]["more"] == WORDS


def test_a_page_that_another_visit_signed_takes_nothing_and_keeps_the_words(client, services, writing: str) -> None:
    page = client.get(writing)
    client.delete_cookie("__Host-visit", domain="localhost")
    again = client.answer(page, reason="unknown", more=WORDS)
    assert again.status_code == 422 and "What you typed is still here" in again.text and typed_in(again)
    assert "reason" not in stored(services)
    assert typed_in(client.get(writing))  # also for whoever closes the page now
    assert client.answer(again).status_code == 303
    assert stored(services)["reason"]["more"] == WORDS


@pytest.mark.parametrize("said", [{"Sec-Fetch-Site": "none"}, {"Origin": "own"}, {}])
def test_an_unsigned_page_is_kept_only_if_the_browser_says_that_it_was_ours(
    client, services, settings, writing: str, said: dict[str, str]
) -> None:
    headers = {name: settings.base_url if value == "own" else value for name, value in said.items()}
    # Past the visitor of the tests, which would say same-origin by itself.
    answer = super(Visitor, client).open(
        writing, method="POST", data={"more": WORDS}, headers=headers, base_url=settings.base_url
    )
    assert answer.status_code == 422 and typed_in(answer)
    assert typed_in(client.get(writing)) is ("Origin" in said)
    assert "reason" not in stored(services)


def test_two_tabs_on_two_pages_lose_nothing_of_each_other(client: Visitor, services: Any, writing: str) -> None:
    fill(client)
    one, other = client.get(EN + "reason"), client.get(EN + "what-matters")
    assert client.answer(one, more=WORDS).status_code == 303
    assert client.answer(other, worries="Something else").status_code == 303
    assert stored(services)["reason"]["more"] == WORDS
    assert stored(services)["what-matters"]["worries"] == "Something else"


def test_two_tabs_on_one_page_and_a_double_press_go_on_to_the_same_place(client, services, writing: str) -> None:
    tabs = [client.get(writing), client.get(writing)]
    places = {client.answer(tab, reason="unknown", more=WORDS).location for tab in (*tabs, tabs[0])}
    assert len(places) == 1
    assert client.get(EN + "continue").location in places
    assert stored(services)["reason"]["more"] == WORDS


def test_a_mistake_in_an_older_tab_keeps_the_answer_and_its_own_words(client, services, writing: str) -> None:
    tabs = [client.get(writing), client.get(writing)]
    client.answer(tabs[0], reason="unknown", more="The answer")
    assert client.answer(tabs[1], reason="nonsense", more=WORDS).status_code == 422
    assert stored(services)["reason"] == {"reason": "unknown", "more": "The answer"}
    assert typed_in(client.get(writing))


# -- Pages that may not be answered now ----------------------------------------------------------------------


def test_words_for_a_page_that_is_no_longer_asked_wait_for_it(client: Visitor, services: Any) -> None:
    begin(client)
    client.answer(client.get(EN + "who"), who="child")
    page = client.get(EN + "asking")
    client.answer(client.get(EN + "who"), who="myself")  # in another tab
    turned = client.answer(page, your_name=WORDS)
    assert turned.status_code == 303 and turned.location == client.get(EN + "continue").location
    assert "asking" not in stored(services)
    client.answer(client.get(EN + "who"), who="child")
    assert typed_in(client.get(EN + "asking"))


def test_words_for_a_page_that_is_not_reached_wait_for_it_and_open_no_short_cut(client, services) -> None:
    begin(client)
    who = client.get(EN + "who")
    fill(client, until="questions")
    page = client.get(EN + "questions")
    client.answer(who, who="child")  # now a page before is open
    assert client.answer(page, first=WORDS).location == EN + "asking"
    assert "questions" not in stored(services)
    client.answer(client.get(EN + "who"), who="myself")
    assert typed_in(client.get(EN + "questions"))


@pytest.mark.parametrize("step", ["check", "no-such-page", "save2"])
def test_a_page_without_questions_takes_no_answers(client: Visitor, step: str) -> None:
    begin(client)
    fill(client)
    assert client.post(EN + step, data={"first": WORDS}).status_code == 404


# -- No request to keep it in --------------------------------------------------------------------------------


def without_cookies(client: Visitor) -> None:
    for name in ("__Host-draft", "__Host-visit"):
        client.delete_cookie(name, domain="localhost")


def test_after_the_cookies_were_deleted_the_words_are_still_on_the_page(client: Visitor, writing: str) -> None:
    page = client.get(writing)
    without_cookies(client)
    kept = client.answer(page, reason="unknown", more=WORDS)
    assert kept.status_code == 409 and "Your words are still here" in kept.text and typed_in(kept)
    assert kept.text.count("<h1") == 1


def test_with_the_link_from_the_mail_the_words_come_to_their_place(
    client: Visitor, services: Any, writing: str, outbox_letters: Letters
) -> None:
    client.answer(client.get(EN + "save"))
    page = client.get(writing)
    without_cookies(client)
    kept = client.answer(page, reason="unknown", more=WORDS)
    press(client, outbox_letters("resume_draft")[0])  # in another window
    asked = client.answer(kept)  # too early: the address is not typed yet
    assert asked.status_code == 409 and typed_in(asked)
    client.answer(client.get(EN + "resume"), email="demonstration@example.org")
    assert client.answer(asked).status_code == 303
    assert stored(services)["reason"]["more"] == WORDS


def test_without_a_link_the_words_come_into_a_new_request(client: Visitor, services: Any, writing: str) -> None:
    page = client.get(writing)
    without_cookies(client)
    kept = client.answer(page, reason="unknown", more=WORDS)
    begin(client)  # in another window
    assert client.answer(kept).location == EN + "who"
    assert typed_in(client.get(fill(client, until="reason")))


def test_words_for_a_request_that_is_over_are_shown(client, services, still_clock, writing: str) -> None:
    page = client.get(writing)
    with services.database.read() as tx:
        draft_id = tx.scalar(drafts.drafts.select().with_only_columns(drafts.drafts.c.id))
    services.keys.destroy(f"draft:{draft_id}")
    kept = client.answer(page, more=WORDS)
    assert kept.status_code == 410 and typed_in(kept) and "Begin a new request" in kept.text
    still_clock.advance(days=services.settings.draft_days, minutes=1)
    kept = client.answer(page, more=WORDS)
    assert kept.status_code == 409 and typed_in(kept)


def test_words_for_a_request_that_was_sent_meanwhile_are_shown_and_change_nothing(
    client: Visitor, services: Any, writing: str, outbox_letters: Letters
) -> None:
    page = client.get(writing)
    client.answer(client.get(fill(client)))
    press(client, outbox_letters("confirm_address")[0])
    kept = client.answer(page, reason="unknown", more=WORDS)
    assert kept.status_code == 409 and typed_in(kept) and "came too late" in kept.text
    assert "Keep these words" not in kept.text and "Cop" in kept.text
    assert count(services, cases) == 1


@pytest.mark.usefixtures("three_languages")
def test_words_without_a_request_can_be_read_on_in_another_language(client: Visitor, writing: str) -> None:
    page = client.get(writing)
    without_cookies(client)
    kept = client.answer(page, more=WORDS)
    other = client.answer(kept, then="language:es")
    assert '<html lang="es"' in other.text and typed_in(other)


def test_a_page_sent_empty_without_a_request_leads_to_the_start_page(client: Visitor, writing: str) -> None:
    page = client.get(writing)
    without_cookies(client)
    assert client.answer(page, more="", reason=None).location == EN


def test_what_is_kept_holds_no_trap_and_no_old_signature(client: Visitor, writing: str) -> None:
    page = client.get(EN + "reach-you")
    without_cookies(client)
    kept = client.answer(page, email="ana@example.org", remark2="buy")
    assert 'value="buy"' not in kept.text and kept.text.count('name="csrf_token"') == 1


def test_the_same_page_from_two_devices_is_one_request(
    client: Visitor, new_client: Callable[[], Visitor], services: Any, writing: str, outbox_letters: Letters
) -> None:
    client.answer(client.get(EN + "save"))
    here = client.get(writing)
    phone = new_client()
    press(phone, outbox_letters("resume_draft")[0])
    phone.answer(phone.get(EN + "resume"), email="demonstration@example.org")
    phone.answer(phone.get(writing), reason="unknown", more="From the telephone")
    assert client.answer(here, reason="unknown", more=WORDS).status_code == 303
    assert typed_in(phone.get(writing)) and count(services, drafts.drafts) == 1


