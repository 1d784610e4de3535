"""Saying what each file is: one at a time or all at once, nothing lost, and nothing shown to whoever may not see it."""

import re
from html import unescape
from typing import Any

import pytest

from intake.cases import store as cases
from intake.cases.case import Case, Stage
from intake.keys import context, seal_json
from intake.records import store as record_store
from intake.records.described import Described, open_described
from intake.records.upload import Verdict, key_owner
from tests.builders import a_case
from tests.visitor import Visitor
from tests.web.desk_shelf import Says, a_record
from tests.web.sending import PDF, announce, let_in_to_look, let_in_to_send, send

ADDRESS = "demonstration@example.org"
HOME = "/case/records/describe"


@pytest.fixture
def case(services, now) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


@pytest.fixture
def sender(client, services, case, now) -> Visitor:
    """A browser with the link for sending, and no more."""
    let_in_to_send(client, services, case, now)
    return client


@pytest.fixture
def inside(client, services, case, now) -> Visitor:
    """A browser that typed the address."""
    let_in_to_look(client, services, case, now, ADDRESS)
    return client


def said(services: Any, case: Case) -> dict[str, Described]:
    """What was said of each file, by its name."""
    key = services.keys.get(key_owner(case.id))
    with services.database.read() as tx:
        uploads = record_store.of_case(tx, case.id)
    return {_id(each): open_described(key, each) for each in uploads}


def _id(upload: Any) -> str:
    return upload.id


def at(upload: Any, page: str) -> str:
    return f"{HOME}/{upload.id}/{page}"


def answer(visitor: Visitor, address: str, **typed: Any) -> Any:
    return visitor.answer(visitor.get(address), form=address, **typed)


def test_one_file_is_described_page_by_page(inside, services, case) -> None:
    one = a_record(services, case.id, name="IMG_2231.jpg")
    went = answer(inside, at(one, "what"), items=["scan-reports", "bone-scans"])
    assert (went.status_code, went.location) == (303, at(one, "details"))
    typed = {"dated-month": "3", "dated-year": "2024", "language": "es", "translation": "needed"}
    assert answer(inside, at(one, "details"), **typed).location == at(one, "translator")
    assert answer(inside, at(one, "translator"), by="service").location == HOME
    expected = Described(("scan-reports", "bone-scans"), "2024-03", "es", "needed", "service")
    assert said(services, case) == {one.id: expected}
    page = unescape(inside.get(HOME).text)
    for words in ("The written reports of the scans", "Recent scans and X-rays", "March 2024", "Spanish",
                  "We are asked to make it.", "You told us about every file."):  # fmt: skip
        assert words in page, words


def test_a_translation_stands_beside_its_original_both_ways(inside, services, case) -> None:
    original = a_record(services, case.id, name="informe_biopsia.pdf")
    other = a_record(services, case.id, name="informe_biopsia_EN.pdf")
    answer(inside, at(other, "what"), items=["pathology-report"])
    page = inside.get(at(other, "details"))
    assert re.search(r'value="is-one" checked', page.text), "the name says that it is a translation"
    answer(inside, at(other, "details"), language="en", translation="is-one")
    page = inside.get(at(other, "original"))
    assert re.search(rf'value="{original.id}" checked', page.text), "and of which file"
    assert inside.answer(page, form=at(other, "original"), by="translator", certified="yes").status_code == 303
    kept = said(services, case)[other.id]
    assert (kept.beside, kept.by, kept.certified, kept.language) == (original.id, "translator", "yes", "en")
    shown = unescape(inside.get(HOME).text)
    assert "Translation of:" in shown and "Its translation:" in shown and "A translation by a translator." in shown
    assert other.id not in inside.get(at(original, "original")).text.split("<main")[1].split("</form>")[0].replace(
        at(original, "original"), ""
    ), "a translation is no original"


def test_an_original_that_is_not_here_is_an_answer(inside, services, case) -> None:
    one = a_record(services, case.id, name="translation.pdf")
    answer(inside, at(one, "what"), items=["clinic-letters"])
    answer(inside, at(one, "details"), language="en", translation="is-one")
    answer(inside, at(one, "original"), beside="not-here", by="unknown", certified="unknown")
    assert said(services, case)[one.id].beside == "" and said(services, case)[one.id].by == "unknown"
    assert re.search(r'value="not-here" checked', inside.get(at(one, "original")).text)


def test_a_changed_mind_about_the_translation_asks_anew_who_makes_it(inside, services, case) -> None:
    one = a_record(services, case.id, name="letter.pdf")
    answer(inside, at(one, "what"), items=["clinic-letters"])
    answer(inside, at(one, "details"), language="es", translation="needed")
    answer(inside, at(one, "translator"), by="me")
    answer(inside, at(one, "details"), language="es", translation="not-needed")
    kept = said(services, case)[one.id]
    assert (kept.translation, kept.by) == ("not-needed", "")


def test_who_does_not_know_is_asked_no_more_and_goes_on_to_the_next_file(inside, services, case) -> None:
    one, two = (a_record(services, case.id, name=name) for name in ("IMG_1.jpg", "IMG_2.jpg"))
    assert answer(inside, at(one, "what"), items="unknown").location == at(two, "what")
    assert answer(inside, at(two, "what"), items="something-else").location == at(two, "details")
    shown = inside.get(HOME).text
    assert "Not known what it is" in shown and "Something else" in shown


MISTAKES = [
    ("what", {"items": None}, "Tick what is in the file, or “I do not know”"),
    ("what", {"items": ["unknown", "lab-results"]}, "Tick either “I do not know” or what the file is, not both"),
    ("what", {"items": ["nonsense"]}, "Choose one of the answers on this page"),
    ("details", {"language": "", "translation": "needed"}, "Choose the language, or “I do not know”"),
    ("details", {"language": "xx", "translation": "needed"}, "Choose one of the answers on this page"),
    ("details", {"language": "es", "translation": None}, "Say whether it needs a translation, or “I do not know”"),
    ("details", {"dated-year": "2031", "language": "es", "translation": "needed"}, "The date must be today or earlier"),
    ("details", {"dated-month": "3", "dated-year": "", "language": "es", "translation": "needed"}, "Add the year"),
    ("translator", {"by": None}, "Say who translates it, or “I do not know”"),
    ("translator", {"by": "nonsense"}, "Choose one of the answers on this page"),
    ("original", {"beside": "nobodys-upload", "by": "me", "certified": "no"}, "Choose one of the answers on this page"),
    ("original", {"beside": "not-here", "by": None, "certified": "no"}, "Say who translated it, or “I do not know”"),
    ("original", {"beside": "not-here", "by": "me", "certified": None}, "Say whether it is certified"),
]


@pytest.mark.parametrize(("page", "typed", "sentence"), MISTAKES)
def test_a_mistake_is_answered_with_its_sentence_and_nothing_typed_is_lost(
    inside, services, case, page: str, typed: dict[str, Any], sentence: str
) -> None:
    one = a_record(services, case.id, name="IMG_1.jpg")
    wrong = answer(inside, at(one, page), **typed)
    assert wrong.status_code == 422 and sentence in unescape(wrong.text) and "<title>Error:" in wrong.text
    assert said(services, case)[one.id] == Described(), "nothing of a wrong page is kept"
    for name, value in typed.items():
        if value and name.startswith("dated"):
            assert f'name="{name}" type="text" inputmode="numeric" value="{value}"' in wrong.text
        if value in ("es", "needed", "me", "no", "not-here"):
            assert re.search(rf'value="{value}" (checked|selected)', wrong.text), name


def test_a_forged_page_is_refused_and_keeps_what_was_ticked(inside, services, case) -> None:
    one = a_record(services, case.id, name="IMG_1.jpg")
    forged = inside.post(at(one, "what"), data={"csrf_token": "forged", "items": "lab-results"})
    assert forged.status_code == 422 and re.search(r'value="lab-results" checked', forged.text)
    assert said(services, case)[one.id] == Described()
    assert inside.post(f"{HOME}/accept", data={"csrf_token": "forged"}).status_code == 403


def test_one_press_takes_every_guess_that_was_shown_and_no_other(inside, services, case) -> None:
    named = ("informe_biopsia.pdf", "RM columna.zip", "IMG_2231.jpg")
    biopsy, scan, photo = (a_record(services, case.id, name=name) for name in named)
    page = inside.get(HOME)
    assert page.text.count("Our guess") == 2 and "We made a guess for 2 files" in page.text
    late = a_record(services, case.id, name="informe alta.pdf")  # came after the page was drawn
    assert inside.answer(page, form="/accept").location == HOME
    kept = said(services, case)
    assert kept[biopsy.id].items == ("pathology-report",) and kept[scan.id].items == ("scan-files", "bone-scans")
    assert kept[photo.id] == kept[late.id] == Described()


def test_what_is_filled_in_is_a_guess_and_says_so(inside, services, case) -> None:
    one = a_record(services, case.id, name="informe_biopsia 2024-11-03.pdf")
    page = inside.get(at(one, "what"))
    assert re.search(r'value="pathology-report" checked', page.text) and "We guessed from the name" in page.text
    answer(inside, at(one, "what"))
    page = inside.get(at(one, "details"))
    assert 'value="2024"' in page.text and re.search(r'value="es" selected', page.text)
    assert said(services, case)[one.id] == Described(("pathology-report",)), "a guess counts once it was sent"


def test_a_link_alone_shows_what_this_browser_sent_and_no_list_of_the_illness(
    sender, new_client, services, case, now
) -> None:
    mine = send(sender, name="my letter.pdf").rsplit("/", 1)[1]
    other = new_client()
    let_in_to_send(other, services, case, now)
    theirs = send(other, PDF + b"x", name="their letter.pdf").rsplit("/", 1)[1]
    page = sender.get(HOME).text
    assert "my letter.pdf" in page and "their letter" not in page
    assert sender.get(f"{HOME}/{theirs}/what").status_code == 404
    offered = sender.get(f"{HOME}/{mine}/what").text
    assert 'value="scan-files"' in offered and "bone-scans" not in offered and "tried-without-surgery" not in offered
    token = re.search(r'name="csrf_token" value="([^"]+)"', offered)[1]
    forced = sender.post(f"{HOME}/{mine}/what", data={"csrf_token": token, "items": "bone-scans"})
    assert forced.status_code == 422
    assert sender.post(f"{HOME}/{theirs}/what", data={"csrf_token": token, "items": "lab-results"}).status_code == 404
    assert sender.get("/case/records/complete").location == "/case/"


def test_a_link_alone_neither_reads_nor_changes_what_was_said_with_the_whole_list(
    sender, new_client, services, case, now
) -> None:
    mine = send(sender, name="IMG_1.pdf").rsplit("/", 1)[1]
    owner = new_client()
    let_in_to_look(owner, services, case, now, ADDRESS)
    answer(owner, f"{HOME}/{mine}/what", items="tried-without-surgery")
    page = sender.get(HOME).text
    assert "Described already" in page and "without surgery" not in page
    assert sender.get(f"{HOME}/{mine}/what").status_code == 404


def test_a_case_link_before_the_address_shows_no_name(client, services, case, now) -> None:
    one = a_record(services, case.id, name="private letter.pdf")
    let_in_to_look(client, services, case, now)
    assert "private letter" not in client.get(HOME).text
    assert client.get(at(one, "what")).status_code == 404


def test_without_a_session_or_after_the_end_nothing_is_described(inside, new_client, services, case) -> None:
    one = a_record(services, case.id)
    assert new_client().get(HOME).status_code == 401
    assert inside.get(f"{HOME}/{one.id}/nonsense").status_code == 404
    assert inside.get(f"{HOME}/no-such-upload/what").status_code == 404
    with services.database.transaction() as tx:
        cases.change(tx, case.id, stage=Stage.WITHDRAWN.value)
    assert inside.get(HOME).status_code == 409 == inside.get(at(one, "what")).status_code


def test_a_file_of_another_case_cannot_be_reached(inside, services, now) -> None:
    with services.database.transaction() as tx:
        other = a_case(tx, services, now)
    foreign = a_record(services, other.id)
    assert inside.get(at(foreign, "what")).status_code == 404


def test_what_was_rejected_is_not_asked_about_and_what_still_arrives_is(sender, services, case) -> None:
    a_record(services, case.id, scanner=Says(Verdict.REJECTED, "kind_not_allowed"))
    announce(sender, 1000, "scan of the knee.pdf")
    page = sender.get(HOME).text
    assert "scan of the knee.pdf" in page and "Our guess" in page


def test_of_several_photos_that_are_one_record_the_first_page_stands_for_all(inside, services, case) -> None:
    key = services.keys.get(key_owner(case.id))
    pages = [a_record(services, case.id, name=f"IMG_{number}.jpg") for number in (2, 1)]
    with services.database.transaction() as tx:
        for number, upload in zip((2, 1), pages, strict=True):
            where = context("uploads", upload.id, "described")
            record_store.change(tx, upload.id, described=seal_json(key, {"set": "one", "page": number}, where))
    page = inside.get(HOME).text
    assert "IMG_1.jpg" in page and "IMG_2.jpg" not in page
    assert answer(inside, at(pages[1], "what"), items="unknown").location == HOME
    assert inside.get(at(pages[0], "what")).status_code == 404


def test_the_page_of_the_records_leads_there_with_and_without_the_address(sender, services, case, now) -> None:
    send(sender, name="IMG_1.pdf")
    page = sender.get("/case/records").text
    assert f'href="{HOME}"' in page and "Of 1 file we do not know yet what it is." in page
    assert "on your list are here" not in page and "/case/records/receipt" not in page
    let_in_to_look(sender, services, case, now, ADDRESS)
    page = sender.get("/case/records").text
    assert "0 of the 18 kinds of records on your list are here." in page and "/case/records/receipt" in page


def test_the_pages_hold_no_script_and_no_style_of_their_own(inside, services, case) -> None:
    one = a_record(services, case.id)
    for address in (HOME, at(one, "what"), at(one, "details"), at(one, "translator"), at(one, "original")):
        page = inside.get(address)
        assert page.status_code == 200 and page.headers["Cache-Control"] == "no-store"
        assert not re.search(r"<script(?![^>]*src=)|<style| style=| on[a-z]+=", page.text)
