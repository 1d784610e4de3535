"""Reminders of records that we wait for: 7 and 14 days after the last sign, and then a coordinator is told, once."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from intake import queue
from intake.cases import letters, lifecycle, silence, store
from intake.cases.case import Case, Stage
from intake.jobs.alert_silence import alert_silence
from intake.jobs.worker import EVERY_SECONDS, Worker
from intake.queue import Job
from tests.builders import a_case
from tests.visitor import Visitor
from tests.web.desk_shelf import a_record
from tests.web.desk_visits import a_coordinator

pytestmark = pytest.mark.usefixtures("database")

Letters = Callable[..., list[Any]]
REMINDER, DIGEST = "records_reminder", "desk_silence"
JOB = Job("job", "alert_silence", "alert_silence", 1, "worker")


@pytest.fixture
def case(services, now) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


def days_pass(services: Any, still_clock: Any, days: int) -> None:
    """Day after day, with the worker at work and its daily round."""
    for _ in range(days):
        still_clock.advance(days=1)
        Worker(services).run_until_idle()
        alert_silence(services, JOB)
        Worker(services).run_until_idle()


def stage(services: Any, case: Case) -> Stage:
    with services.database.read() as tx:
        return store.case_by_id(tx, case.id).stage


def waiting(services: Any) -> int:
    """How many reminders wait."""
    with services.database.read() as tx:
        mine = queue.jobs.c.kind == silence.REMIND_RECORDS
        return int(tx.scalar(select(func.count()).select_from(queue.jobs).where(mine)))


def events(services: Any, case: Case) -> list[str]:
    with services.database.read() as tx:
        return [line.event for line in silence.journal.lines(tx, case.id)]


def test_two_reminders_then_a_coordinator_and_the_case_never_moves(
    services, case, still_clock, outbox_letters: Letters
) -> None:
    reminded, told = [], []
    for day in range(1, 61):
        days_pass(services, still_clock, 1)
        if len(outbox_letters(REMINDER)) > len(reminded):
            reminded.append(day)
        if len(outbox_letters(DIGEST)) > len(told):
            told.append(day)
    assert (reminded, told) == ([7, 14], [21])
    assert stage(services, case) is Stage.OPENED and waiting(services) == 1
    assert events(services, case).count("case.silent") == 1


def test_the_letter_leads_to_sending_and_to_what_is_missing_and_names_nothing(
    services, case, still_clock, client: Visitor, outbox_letters: Letters
) -> None:
    days_pass(services, still_clock, 7)
    (letter,) = outbox_letters(REMINDER)
    for word in ("DEMONSTRATION", "disc", "scan", "hospital", "patient"):
        assert word not in letter.subject + letter.text.split("--\n")[0], word
    assert case.reference in letter.subject and "30 days" in letter.text
    base = services.settings.base_url
    to_send, to_case = [line for line in letter.text.splitlines() if line.startswith(f"{base}/l/")]
    assert client.answer(client.get(to_send.removeprefix(base))).location == "/case/records"
    assert client.answer(client.get(to_case.removeprefix(base))).location == "/case/"
    assert client.answer(client.get("/case/"), form="address", email=letter.to).status_code == 303
    assert 'href="/case/records-list"' in client.get("/case/records/complete").text


def test_its_link_works_its_full_time_and_an_earlier_one_goes_on_working(
    services, case, still_clock, client: Visitor, new_client, outbox_letters: Letters
) -> None:
    base = services.settings.base_url
    first = outbox_letters("case_opened")[0].text
    earlier = next(line for line in first.splitlines() if line.startswith(f"{base}/l/upload"))
    days_pass(services, still_clock, 14)
    fresh = next(line for line in outbox_letters(REMINDER)[-1].text.splitlines() if line.startswith(f"{base}/l/upload"))
    still_clock.advance(days=services.settings.upload_link_days - 1)
    for visitor, link in ((client, fresh), (new_client(), earlier)):
        assert visitor.answer(visitor.get(link.removeprefix(base))).location == "/case/records"


@pytest.mark.parametrize("how", ["all sent", "records in", "withdrawn", "declined", "key gone"])
def test_it_stops_when_nothing_is_waited_for(services, case, now, still_clock, outbox_letters: Letters, how) -> None:
    with services.database.transaction() as tx:
        if how == "all sent":
            store.change(tx, case.id, records_declared_at=now)
        elif how == "records in":
            lifecycle.move_case(tx, services, case.id, Stage.RECORDS_IN, "test", now)
        elif how == "withdrawn":
            lifecycle.withdraw_case(tx, services, case.id, now)
        elif how == "declined":
            lifecycle.decline_case(tx, services, case.id, "other", "Elsewhere.", "test", now)
    if how == "key gone":
        services.keys.destroy(case.key_owner)
    still_clock.advance(days=7)
    for _ in range(5):
        Worker(services).run_until_idle()
        still_clock.advance(days=7)
    assert outbox_letters(REMINDER) == [] if how != "key gone" else waiting(services) == 0
    assert waiting(services) == 0


def test_a_new_file_is_a_sign_and_the_days_are_counted_from_it(
    services, case, still_clock, outbox_letters: Letters
) -> None:
    days_pass(services, still_clock, 6)
    a_record(services, case.id)
    days_pass(services, still_clock, 6)
    assert outbox_letters(REMINDER) == []
    days_pass(services, still_clock, 1)
    assert len(outbox_letters(REMINDER)) == 1


def test_whoever_begins_anew_again_and_again_gets_four_at_most(services, case, still_clock, outbox_letters) -> None:
    for _ in range(6):
        days_pass(services, still_clock, 8)
        a_record(services, case.id)
    assert len(outbox_letters(REMINDER)) == silence.MOST_REMINDERS


def test_an_address_that_had_enough_letters_today_gets_none(services, case, still_clock, outbox_letters) -> None:
    still_clock.advance(days=7)
    with services.database.transaction() as tx:
        for _ in range(letters.ASKED_FOR_A_DAY):
            letters.send_new_case_link(tx, services, case, still_clock.now())
    Worker(services).run_until_idle()
    assert outbox_letters(REMINDER) == []


def test_a_request_that_is_held_gets_no_letter_until_it_is_free(services, case, still_clock, outbox_letters) -> None:
    with services.database.transaction() as tx:
        store.change(tx, case.id, held_as_suspect=True)
    days_pass(services, still_clock, 8)
    assert outbox_letters(REMINDER) == []
    with services.database.transaction() as tx:
        store.change(tx, case.id, held_as_suspect=False)
    days_pass(services, still_clock, 6)
    assert len(outbox_letters(REMINDER)) == 1
    with services.database.transaction() as tx:
        store.change(tx, case.id, held_as_suspect=True)
    days_pass(services, still_clock, 30)
    assert outbox_letters(DIGEST) == [], "nobody is bothered before somebody has looked"


def test_a_worker_that_slept_writes_one_letter_and_the_job_done_twice_writes_once(
    services, case, now, still_clock, outbox_letters
) -> None:
    at = still_clock.advance(days=15)
    Worker(services).run_until_idle()
    with services.database.transaction() as tx:
        letters.remind_of_records(tx, services, case, 14, now, at)
    assert len(outbox_letters(REMINDER)) == 1


def test_all_silent_cases_of_a_day_are_one_letter_and_the_round_done_twice_writes_once(
    services, now, still_clock, outbox_letters
) -> None:
    with services.database.transaction() as tx:
        silent = [a_case(tx, services, now) for _ in range(3)]
    still_clock.advance(days=21)
    for _ in range(2):
        alert_silence(services, JOB)
    (letter,) = outbox_letters(DIGEST)
    assert "of 3 cases for three weeks" in " ".join(letter.text.split()) and letter.text.count("/desk/silent") == 1
    assert not any(case.reference in letter.text for case in silent)


def test_each_coordinator_is_told_of_theirs_and_of_what_nobody_has(
    services, now, still_clock, new_client, outbox_letters
) -> None:
    people = [a_coordinator(services, new_client(), name) for name in ("Ines Probefall", "Omar Testperson")]
    for each in people:
        assert each.enrol().get_json() == {"done": True}
    with services.database.transaction() as tx:
        mine, nobodys = a_case(tx, services, now), a_case(tx, services, now)
        lifecycle.claim_case(tx, mine.id, people[0].who.id, now)
    assert nobodys.coordinator_id is None
    still_clock.advance(days=21)
    alert_silence(services, JOB)
    found = {letter.to: " ".join(letter.text.split()) for letter in outbox_letters(DIGEST)}
    assert set(found) == {"ines@clinic.example", "omar@clinic.example"}
    assert "requesters of 2 cases for three weeks" in found["ines@clinic.example"]
    assert "requester of 1 case for three weeks" in found["omar@clinic.example"]


def test_a_new_silence_after_a_new_sign_is_told_anew(services, case, still_clock, outbox_letters) -> None:
    days_pass(services, still_clock, 25)
    a_record(services, case.id)
    days_pass(services, still_clock, 20)
    assert len(outbox_letters(DIGEST)) == 1
    days_pass(services, still_clock, 3)
    assert len(outbox_letters(DIGEST)) == 2


def test_a_case_from_before_there_were_reminders_gets_them(services, case, still_clock, outbox_letters) -> None:
    with services.database.transaction() as tx:
        tx.execute(queue.jobs.delete().where(queue.jobs.c.kind == silence.REMIND_RECORDS))
    days_pass(services, still_clock, 3)
    assert waiting(services) == 1
    days_pass(services, still_clock, 4)
    assert len(outbox_letters(REMINDER)) == 1


def test_the_round_comes_once_a_day() -> None:
    assert EVERY_SECONDS["alert_silence"] == 24 * 60 * 60
