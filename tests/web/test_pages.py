"""Dates on pages are the operator’s days, as in letters; every page of a case says whose turn it is, and a date."""

from datetime import UTC, datetime

import pytest

from intake.cases.case import Stage
from tests.builders import a_case
from tests.web import sending

LATE = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)  # in London it is the second of July already


def test_a_page_and_a_letter_name_the_same_day(services, client, still_clock, outbox_letters) -> None:
    still_clock.advance(to=LATE)
    with services.database.transaction() as tx:
        case = a_case(tx, services, LATE)
    (letter,) = outbox_letters("case_opened")
    sending.let_in_to_look(client, services, case, LATE, "demonstration@example.org")
    assert "16 July 2026" in letter.text and "There is time until 16 July 2026." in client.get("/case/").text


@pytest.mark.parametrize("address", ["", "messages", "history", "records", "sent", "withdraw"])
@pytest.mark.parametrize("stage", [Stage.OPENED, Stage.WITH_SPECIALIST, Stage.DECLINED, Stage.CLOSED])
def test_each_page_of_a_case_says_whose_turn_it_is_and_a_date(services, client, now, stage, address) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, stage=stage)
    sending.let_in_to_look(client, services, case, now, "demonstration@example.org")
    shown = client.get(f"/case/{address}").text
    words = {
        Stage.OPENED: ("It is your turn: please send us your records.", "There is time until 24 March 2026."),
        Stage.WITH_SPECIALIST: ("It is the specialist’s turn.", "We aim for 20 March 2026."),
    }
    ended = ("Our work on this request has ended.", "We delete your case on 10 March 2027")
    assert all(each in shown for each in words.get(stage, ended))


@pytest.mark.parametrize("stage", [Stage.WITH_SPECIALIST, Stage.CLOSED, Stage.DECLINED, Stage.WITHDRAWN])
def test_letters_about_a_move_say_by_when_or_until_when(services, now, outbox_letters, stage) -> None:
    with services.database.transaction() as tx:
        a_case(tx, services, now, stage=stage)
    day = "20 March 2026" if stage is Stage.WITH_SPECIALIST else "10 March 2027"
    told = {Stage.DECLINED: "case_declined", Stage.WITHDRAWN: "case_withdrawn"}.get(stage, "stage_changed")
    assert day in outbox_letters(told)[-1].text
