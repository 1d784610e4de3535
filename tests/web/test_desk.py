"""The desk: the list, the case, and every move, offered or not."""

import json
import re
import threading

import pytest
from sqlalchemy import select

from intake import journal
from intake.cases import store
from intake.cases.case import DECLINE_REASONS, MOVES, Stage
from intake.mail import outbox
from intake.mail.kinds import KINDS
from tests.builders import WAY, a_case
from tests.components import ROOT
from tests.visitor import forms as visitor_forms
from tests.web.desk_shelf import CLEAN, HELD, a_record
from tests.web.desk_visits import a_signed_in_coordinator

STAGES = [stage for stage in Stage if stage in WAY]


@pytest.fixture
def ines(services, client):
    return a_signed_in_coordinator(services, client)


@pytest.fixture
def make_case(services, now):
    def make(stage=Stage.OPENED, at=now):
        with services.database.transaction() as tx:
            return a_case(tx, services, at, stage=stage)

    return make


def stage_of(services, case):
    with services.database.read() as tx:
        return store.case_by_id(tx, case.id).stage


def lines(services, case, event):
    with services.database.read() as tx:
        return [line for line in journal.lines(tx, case.id) if line.event == event]


def test_an_empty_desk_says_what_will_happen(ines):
    assert "No case has come in yet." in ines.browser.get("/desk/").text


def test_the_list_shows_each_case_with_its_stage_turn_date_and_records(database, services, ines, make_case):
    case = make_case(Stage.RECORDS_IN)
    a_record(services, case.id, scanner=CLEAN)
    a_record(services, case.id, scanner=HELD)
    a_record(services, case.id, scanner=None)
    page = ines.browser.get("/desk/").text
    records = "1 clean, 1 held and 1 being checked"
    for words in (case.reference, "Records in", "Coordinator", records, "English", "Nobody"):
        assert words in page


def test_the_list_is_sorted_by_due_date_and_marks_what_is_late(services, ines, make_case, still_clock):
    later = make_case(Stage.OPENED)
    soon = make_case(Stage.RECORDS_IN)
    over = make_case(Stage.CLOSED)
    page = ines.browser.get("/desk/").text
    assert page.index(soon.reference) < page.index(later.reference) < page.index(over.reference)
    assert ">Late</span>" not in page
    still_clock.advance(days=4)
    ines.sign_in()
    page = ines.browser.get("/desk/").text
    assert page.index(soon.reference) < page.index(">Late</span>") < page.index(later.reference)


def test_filters_stand_in_the_address(ines, make_case):
    opened, records_in = make_case(Stage.OPENED), make_case(Stage.RECORDS_IN)
    for query in ("stage=records_in", "turn=coordinator", "turn=coordinator&stage=records_in&late=0"):
        page = ines.browser.get(f"/desk/?{query}").text
        assert records_in.reference in page and opened.reference not in page
    assert "No case is like that." in ines.browser.get("/desk/?turn=specialist").text


ODD = ["stage=<b>", "turn=x", "whose=me", "late=x", "after=x", "after=9.1.a", "before=1.5.%00"]


@pytest.mark.parametrize("query", [*ODD, "after=1.99999999999999999999.a"])
def test_an_address_that_means_nothing_shows_the_list(ines, make_case, query):
    make_case()
    assert ines.browser.get(f"/desk/?{query}").status_code == 200


def test_the_list_has_fifty_cases_a_page_and_keeps_the_filter(services, ines, make_case, now):
    with services.database.transaction() as tx:
        made = [a_case(tx, services, now) for _ in range(51)]
    first = ines.browser.get("/desk/?stage=opened").text
    on = re.search(r'rel="next" href="([^"]+)"', first)
    assert on and "stage=opened" in on[1] and 'rel="prev"' not in first
    second = ines.browser.get(on[1].replace("&amp;", "&")).text
    back = re.search(r'rel="prev" href="([^"]+)"', second)
    assert back and 'rel="next"' not in second
    assert ines.browser.get(back[1].replace("&amp;", "&")).text.count("/desk/cases/") == first.count("/desk/cases/")
    assert sum(case.reference in first for case in made) == 50
    assert sum(case.reference in second for case in made) == 1


def test_the_case_reads_as_a_specialist_would_read_it(database, services, ines, make_case):
    case = make_case()
    page = ines.browser.get(f"/desk/cases/{case.id}").text
    for words in ("What the specialist will read", "Clinical questions", "how likely is the operation", "slipped disc",
                  "How to reach the requester", "demonstration@example.org", "Agreements"):  # fmt: skip
        assert words in page, words


def test_reading_a_case_is_journalled_with_the_coordinator_and_shown(services, ines, make_case):
    case = make_case()
    ines.browser.get(f"/desk/cases/{case.id}")
    (line,) = lines(services, case, "case.read")
    assert line.actor == f"coordinator:{ines.who.id}"
    assert "You read the case" in " ".join(ines.browser.get(f"/desk/cases/{case.id}").text.split())


def test_records_are_shown_with_verdict_kind_size_and_checksum(services, ines, make_case):
    case = make_case()
    upload = a_record(services, case.id, name="<b>MRT</b> report.pdf")
    a_record(services, case.id, scanner=HELD)
    a_record(services, case.id, body=b"nothing that we know" * 10)
    page = ines.browser.get(f"/desk/cases/{case.id}").text
    for words in ("&lt;b&gt;MRT", "PDF", "768 kB", "Clean", "Held", "Rejected", "No virus scanner has seen it.",
                  "We do not take this kind of file.", f"/records/{upload.id}"):  # fmt: skip
        assert words in page, words
    assert page.count("SHA-256") == 3


@pytest.mark.parametrize("case_id", ["no-such-case-here", "x", "%00", "a" * 300])
def test_a_case_that_is_not_there_is_not_there(database, ines, case_id):
    for address in ("", "/decline", "/records.zip", "/records/x", "/records/x/open", "/records/open-all"):
        assert ines.browser.get(f"/desk/cases/{case_id}{address}").status_code == 404


def test_a_move_on_a_case_that_is_not_there_is_not_there(ines, make_case):
    page = ines.browser.get(f"/desk/cases/{make_case().id}")
    for form, values in (("claim", {}), ("move", {"stage": "records_in"})):
        token = next(f for f in visitor_forms(page) if form in f.action).fields["csrf_token"]
        answer = ines.browser.post(f"/desk/cases/no-such-case-here/{form}", data={"csrf_token": token} | values)
        assert answer.status_code == 404


@pytest.mark.parametrize("old", STAGES)
def test_only_moves_of_the_table_are_offered(ines, make_case, old):
    case = make_case(old)
    page = ines.browser.get(f"/desk/cases/{case.id}").text
    for stage in Stage:
        offered = f'id="to-{stage.value}"' in page
        assert offered == (stage in MOVES[old] and stage not in (Stage.DECLINED, Stage.ERASED))
    assert ("Decline the case" in page) == (Stage.DECLINED in MOVES[old])


@pytest.mark.parametrize("old", STAGES)
def test_every_pair_of_stages_moves_as_the_table_says(services, ines, make_case, old):
    token = signed(ines, make_case, "move")
    for new in Stage:
        case = make_case(old)
        answer = ines.browser.post(f"/desk/cases/{case.id}/move", data={"csrf_token": token, "stage": new.value})
        legal = new in MOVES[old] and new not in (Stage.DECLINED, Stage.ERASED)
        assert answer.status_code == (303 if legal else 422 if new is Stage.DECLINED else 409)
        assert stage_of(services, case) is (new if legal else old)


def signed(ines, make_case, form):
    """A token for this form, from the page of a case that still shows it."""
    page = ines.browser.get(f"/desk/cases/{make_case().id}" + ("/decline" if form == "decline" else ""))
    return next(f for f in visitor_forms(page) if form in f.action).fields["csrf_token"]


def test_a_move_is_journalled_and_said(services, ines, make_case):
    case = make_case()
    page = ines.browser.get(f"/desk/cases/{case.id}")
    answer = ines.browser.answer(page, form="move", stage="records_in")
    shown = ines.browser.get(answer.location).text
    assert "The case was moved" in shown and "moved the case from “Opened” to “Records in”" in shown
    assert lines(services, case, "stage.changed")[-1].actor == f"coordinator:{ines.who.id}"


def test_whoever_moves_from_an_old_page_is_told_kindly(services, ines, make_case):
    case = make_case()
    old_page = ines.browser.get(f"/desk/cases/{case.id}")
    ines.browser.answer(old_page, form="move", stage="records_in")
    late = ines.browser.answer(old_page, form="move", stage="records_in")
    assert late.status_code == 409 and "The case has moved on meanwhile" in late.text
    assert case.reference in late.text


def test_two_coordinators_claim_at_once_and_one_wins(database, services, ines, make_case, new_client):
    omar = a_signed_in_coordinator(services, new_client(), "Omar Probefall")
    case = make_case()
    pages = [(one, one.browser.get(f"/desk/cases/{case.id}")) for one in (ines, omar)]
    answers = []
    start = threading.Barrier(2)

    def claim(one, page):
        start.wait()
        answers.append((one, one.browser.answer(page, form="claim")))

    threads = [threading.Thread(target=claim, args=each) for each in pages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for _, answer in answers) == [303, 409]
    winner = next(one for one, answer in answers if answer.status_code == 303)
    kind = next(answer for _, answer in answers if answer.status_code == 409)
    assert "Somebody else was quicker with this case" in kind.text and winner.who.name in kind.text
    with services.database.read() as tx:
        assert store.case_by_id(tx, case.id).coordinator_id == winner.who.id
    assert len(lines(services, case, "case.claimed")) == 1
    assert winner.who.name in ines.browser.get("/desk/").text


@pytest.mark.parametrize("reason", DECLINE_REASONS)
def test_declining_needs_a_reason_and_where_else_to_go(database, services, ines, make_case, reason):
    case = make_case()
    page = ines.browser.get(f"/desk/cases/{case.id}/decline")
    elsewhere = "Ask the hospital in Porto.\nIts office is open on weekdays."
    answer = ines.browser.answer(page, form="decline", reason=reason, elsewhere=elsewhere)
    assert answer.status_code == 303
    shown = ines.browser.get(answer.location).text
    assert "The case was declined" in shown and "Ask the hospital in Porto." in shown
    assert stage_of(services, case) is Stage.DECLINED


@pytest.mark.parametrize(
    ("reason", "elsewhere", "said"),
    [
        (None, "The hospital in Porto.", "Choose a reason."),
        ("because", "The hospital in Porto.", "Choose a reason."),
        ("other", "   ", "Write where else the person can go"),
        ("other", "x" * 2001, "Shorten the text to 2000 characters."),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(services, ines, make_case, reason, elsewhere, said):
    case = make_case()
    page = ines.browser.get(f"/desk/cases/{case.id}/decline")
    answer = ines.browser.answer(page, form="decline", reason=reason, elsewhere=elsewhere)
    assert answer.status_code == 422 and said in answer.text
    assert "<title>Error:" in answer.text and elsewhere.strip() in answer.text
    assert stage_of(services, case) is Stage.OPENED


def test_a_page_that_was_open_too_long_loses_nothing(services, ines, make_case, still_clock):
    case = make_case()
    page = ines.browser.get(f"/desk/cases/{case.id}/decline")
    still_clock.advance(hours=25)
    ines.sign_in()
    answer = ines.browser.answer(page, form="decline", reason="other", elsewhere="The hospital in Porto.")
    assert answer.status_code == 422 and "The hospital in Porto." in answer.text
    assert stage_of(services, case) is Stage.OPENED


@pytest.mark.parametrize("old", [Stage.REPORTED, Stage.CLOSED, Stage.DECLINED, Stage.WITHDRAWN])
def test_what_is_over_cannot_be_declined(services, ines, make_case, old):
    token = signed(ines, make_case, "decline")
    case = make_case(old)
    assert ines.browser.get(f"/desk/cases/{case.id}/decline").status_code == 303
    values = {"csrf_token": token, "reason": "other", "elsewhere": "Porto"}
    answer = ines.browser.post(f"/desk/cases/{case.id}/decline", data=values)
    assert answer.status_code == 409 and stage_of(services, case) is old


@pytest.mark.parametrize("verb", ["claim", "move", "decline", "records/open-all"])
def test_what_is_not_signed_by_our_page_changes_nothing(services, ines, make_case, verb):
    case = make_case()
    a_record(services, case.id, scanner=HELD)
    answer = ines.browser.post(f"/desk/cases/{case.id}/{verb}", data={"stage": "records_in"})
    assert answer.status_code in (403, 422)
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert ines.browser.post(f"/desk/cases/{case.id}/{verb}", headers=foreign).status_code == 403
    assert stage_of(services, case) is Stage.OPENED


def test_nobody_without_a_session_changes_anything(services, ines, make_case, new_client):
    case = make_case()
    page = ines.browser.get(f"/desk/cases/{case.id}")
    stranger = new_client()
    visit = ines.browser.get_cookie("__Host-visit", domain="localhost").value
    stranger.set_cookie("__Host-visit", visit, domain="localhost", secure=True)
    for form, values in (("claim", {}), ("move", {"stage": "records_in"})):
        answer = stranger.answer(page, form=form, **values)
        assert answer.status_code == 303 and answer.location.startswith("/desk/sign-in")
    assert stage_of(services, case) is Stage.OPENED


def test_no_name_or_health_word_stands_in_the_journal(services, ines, make_case):
    case = make_case()
    ines.browser.answer(ines.browser.get(f"/desk/cases/{case.id}"), form="claim")
    decline = ines.browser.get(f"/desk/cases/{case.id}/decline")
    ines.browser.answer(decline, form="decline", reason="other", elsewhere="Hospital Santa Prova")
    with services.database.read() as tx:
        rows = tx.all(select(journal.journal))
    text = json.dumps([[row.event, row.actor, row.subject, row.facts] for row in rows])
    for word in ("Ines", "clinic.example", "Santa Prova", "disc", "DEMONSTRATION"):
        assert word not in text


def test_letters_that_could_not_be_delivered_are_shown_above_the_list(services, client, now) -> None:
    desk = a_signed_in_coordinator(services, client)
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)
    assert "could not be delivered" not in desk.browser.get("/desk/").text
    with services.database.transaction() as tx:
        letter_id = tx.scalar(select(outbox.letters.c.id).where(outbox.letters.c.letter == "case_opened"))
        outbox.mark_dead(tx, letter_id, "550", now)
    assert '<a href="/desk/letters">1 letter could not be delivered</a>' in desk.browser.get("/desk/").text
    page = desk.browser.get("/desk/letters").text
    assert "given up" in page and "To a requester: your case is open" in page
    assert f'href="/desk/cases/{case.id}"' in page


def test_every_letter_has_words_for_the_desk() -> None:
    words = (ROOT / "templates" / "desk" / "_words.html").read_text()
    assert [kind for kind in KINDS if f'"{kind}": _(' not in words] == []


def test_what_was_typed_survives_the_end_of_the_session(services, client, now, still_clock) -> None:
    desk = a_signed_in_coordinator(services, client)
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)
    page = client.get(f"/desk/cases/{case.id}/decline")
    still_clock.advance(minutes=16)
    words = "Ask the hospital in your own town first.\nTheir office is open on weekdays, and they speak your language."
    ended = client.answer(page, form="/decline", reason="no_specialist", elsewhere=words)
    assert ended.status_code == 401 and "What you typed is still here" in ended.text
    desk.sign_in()
    assert client.answer(ended, form="/decline").status_code == 303
    with services.database.read() as tx:
        declined = store.case_by_id(tx, case.id)
        assert declined.declined_reason == "no_specialist"
        assert store.read_elsewhere(tx, services.keys, declined) == words
