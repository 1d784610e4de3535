"""Saved replies through their pages: written, changed by two at once, used while declining, deleted."""

import pytest

from intake.cases import store
from intake.cases.case import Stage
from tests.builders import a_case
from tests.web.desk_visits import a_signed_in_coordinator

WORDS = "Ask your own hospital for its <office> for patients."


@pytest.fixture
def ines(services, client):
    return a_signed_in_coordinator(services, client)


@pytest.fixture
def saved(ines):
    answer = ines.browser.answer(ines.browser.get("/desk/replies/new"), form="new", title=" The  office ", words=WORDS)
    shown = ines.browser.get(answer.location).text
    assert "The reply is saved" in shown and "The office" in shown
    return shown.split('href="/desk/replies/')[2].split('"')[0]


def test_a_reply_needs_a_name_and_words_and_loses_nothing(ines) -> None:
    page = ines.browser.get("/desk/replies/new")
    for said, sentence in (
        ({"title": "", "words": WORDS}, "Give the reply a short name."),
        ({"title": "Office", "words": " "}, "Write the words of the reply."),
        ({"title": "x" * 81, "words": WORDS}, "Shorten the text to 80 characters."),
        ({"title": "Office", "words": "x" * 2001}, "Shorten the text to 2000 characters."),
    ):
        answer = ines.browser.answer(page, form="new", **said)
        assert answer.status_code == 422 and sentence in answer.text and "<title>Error:" in answer.text
        assert said["title"] in answer.text
    assert "Nothing is saved yet." in ines.browser.get("/desk/replies").text


def test_two_who_change_one_lose_no_words(ines, saved) -> None:
    page = ines.browser.get(f"/desk/replies/{saved}")
    assert ines.browser.answer(page, form=saved, words="The first words.").status_code == 303
    late = ines.browser.answer(page, form=saved, words="The second words.")
    assert late.status_code == 409 and "The first words." in late.text and "The second words." in late.text
    assert ines.browser.answer(late, form=saved).status_code == 303
    assert "The second words." in ines.browser.get("/desk/replies").text


def test_a_reply_is_used_while_a_case_is_declined(services, ines, saved, now) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)
    page = ines.browser.get(f"/desk/cases/{case.id}/decline")
    taken = ines.browser.answer(page, form="decline", reason="other", elsewhere="Dear Sir", reply=saved, use="reply")
    assert taken.status_code == 200 and "Ask your own hospital for its &lt;office&gt;" in taken.text
    assert 'value="other" checked' in taken.text
    with services.database.read() as tx:
        assert store.case_by_id(tx, case.id).stage is Stage.OPENED
    assert ines.browser.answer(taken, form="decline").status_code == 303
    with services.database.read() as tx:
        declined = store.case_by_id(tx, case.id)
        assert store.read_elsewhere(tx, services.keys, declined) == f"Dear Sir\n\n{WORDS}"


def test_a_reply_is_deleted_once_and_is_then_not_there(ines, saved) -> None:
    page = ines.browser.get(f"/desk/replies/{saved}")
    for _ in range(2):
        assert ines.browser.answer(page, form="delete").status_code == 303
    assert ines.browser.get(f"/desk/replies/{saved}").status_code == 404
    assert ines.browser.get("/desk/replies/no-such-reply").status_code == 404


@pytest.mark.parametrize("address", ["", "/new", "/no-such-reply"])
def test_nobody_reads_them_without_a_session(new_client, address) -> None:
    assert new_client().get(f"/desk/replies{address}").location.startswith("/desk/sign-in")
