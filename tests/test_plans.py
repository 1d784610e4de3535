"""No page of desk or case and no job looks through a growing table: every statement is caught, and its plan is read.

Pages are found in the application itself, so that a new one is looked at, too. On SQLite without statistics, which it
never has in life.
"""

from datetime import timedelta

import pytest
from sqlalchemy import text

from intake.cases import partner_report, silence, store, talking
from intake.cases.case import Stage
from intake.jobs.alert_silence import alert_silence
from intake.jobs.check_record import recheck
from intake.jobs.digest import digest
from intake.jobs.letter_lost import letter_lost
from intake.jobs.sweep import sweep
from intake.jobs.worker import Worker
from intake.mail import outbox
from intake.queue import Job
from intake.records import quotas
from intake.web.rights import Right, right_of
from tests import many_cases
from tests.builders import a_case, a_draft
from tests.plans import OF_FEW, asked_of, partial_indexes, scans
from tests.web import sending
from tests.web.desk_shelf import HELD, a_record
from tests.web.desk_visits import AtTheDesk, a_signed_in_lead
from tests.web.every_page import NOTHING, ask, filled, pages

pytestmark = pytest.mark.usefixtures("database")
CASES = 2000
LISTS = (
    "", "?whose=mine", "?whose=nobody", "?late=1", "?turn=patient", "?turn=coordinator", "?turn=specialist",
    "?turn=nobody", "?stage=opened", "?stage=closed", "?stage=records_in&turn=coordinator", "?whose=mine&stage=closed",
    "?after=1.1773135000000000.m", "?before=1.1773135000000000.m", "?after=2.1700000000000000.m&stage=closed",
    "?whose=mine&late=1",
)  # fmt: skip
ADDRESS = "demonstration@example.org"


@pytest.fixture
def lead(services, client) -> AtTheDesk:
    """A lead at the desk of a house with some thousand cases."""
    lead = a_signed_in_lead(services, client)
    many_cases.fill(services, lead.who.id, CASES, services.clock())
    many_cases.settle(services.database)
    return lead


def a_full_case(services, now):
    """A case of somebody, with records, a question that waits and an answer."""
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)
        talking.ask_requester(tx, services, case.id, "Which of the two came first?", 7, "test", now)
        talking.write_to_desk(tx, services, case.id, "The older one.", now)
    return case, [a_record(services, case.id), a_record(services, case.id, scanner=HELD)]


def test_no_page_of_the_desk_looks_through_a_growing_table(app, services, client, lead, now) -> None:
    case, records = a_full_case(services, now)
    objects = {"case_id": case.id, "upload_id": records[0].id, "record_id": records[0].id}
    objects |= {"coordinator_id": lead.who.id}
    with asked_of(services.database) as asked:
        for endpoint, rule, method in pages(app, ("/desk/",)):
            if right_of(endpoint, rule) in (Right.COORDINATOR, Right.LEAD) and method == "GET":
                assert ask(app, services, client, endpoint, filled(rule, objects), method).status_code < 500
        for query in LISTS:
            assert client.get(f"/desk/{query}").status_code == 200, query
        for looked_for in (ADDRESS, case.reference, "nobody@example.org"):
            client.answer(client.get("/desk/"), form="find", looked_for=looked_for)
        at = f"/desk/cases/{case.id}"
        client.answer(client.get(at), form="claim")
        client.answer(client.get(at), form="assign", to="")
        client.answer(client.get(at), form="/notes", kind="note", words="Spoke with a colleague.")
        client.answer(client.get(at), form="/move", stage="withdrawn")
    assert len(asked) > 80
    assert scans(services.database, asked) == []


def test_no_page_of_the_case_looks_through_a_growing_table(app, services, client, new_client, lead, now) -> None:
    case, records = a_full_case(services, now)
    requester = new_client()
    with services.database.transaction() as tx:
        quotas.recount(tx, now)  # the one look through everything: the worker's, once a day
    with asked_of(services.database) as asked:
        sending.let_in_to_look(requester, services, case, now, ADDRESS)
        sending.let_in_to_send(requester, services, case, now)
        sending.send(requester)
        for endpoint, rule, method in pages(app, ("/case/", "/uploads")):
            address = filled(rule, {"upload_id": records[0].id, "number": "1"})
            assert ask(app, services, requester, endpoint, address, method).status_code < 500, endpoint
    assert len(asked) > 40
    assert scans(services.database, asked) == []


def test_no_job_looks_through_a_growing_table(services, lead, still_clock) -> None:
    case, _ = a_full_case(services, still_clock.now())
    with services.database.transaction() as tx:
        quotas.recount(tx, still_clock.now() + timedelta(days=2))  # which it then need not do
        over = a_case(tx, services, still_clock.now(), stage=Stage.WITHDRAWN)
        letter = tx.scalar(text("SELECT id FROM letters WHERE state = 'dead'"))
        store.change(tx, over.id, purge_at=still_clock.now())
        a_draft(tx, services, still_clock.now() - timedelta(days=40))
        tx.execute(text("UPDATE drafts SET state = 'open' WHERE id = 'draft-20'"))
    with asked_of(services.database) as asked:
        Worker(services).run_until_idle(20)
        recheck(services, unscanned=True)
        letter_lost(services, a_job("letter_lost", letter))
        still_clock.advance(hours=21, minutes=30)  # the desk's morning, on the hour
        for handler in (digest, sweep, alert_silence):
            handler(services, a_job(handler.__name__, ""))
        still_clock.advance(days=8)
        Worker(services).run_until_idle(40)
        with services.database.read() as tx:
            partner_report.report(tx, 2, still_clock.now())
            assert len(silence.longest_silent(tx, still_clock.now(), 10)) == 10
    assert len(asked) > 60
    assert scans(services.database, asked) == []


def a_job(kind: str, ref: str) -> Job:
    """A job that nobody put in."""
    return Job(NOTHING, kind, ref, 1, NOTHING)


@pytest.mark.parametrize("index", ["ix_journal_subject", "ix_cases_address_hash"])
def test_an_index_that_is_gone_is_seen(services, client, lead, now, index: str) -> None:
    case, _ = a_full_case(services, now)
    with services.database.transaction() as tx:
        tx.execute(text(f"DROP INDEX {index}"))
    with asked_of(services.database) as asked:
        client.answer(client.get("/desk/?turn=patient"), form="find", looked_for=ADDRESS)
        client.get(f"/desk/cases/{case.id}")
    assert scans(services.database, asked) != []


def test_letters_that_need_somebody_are_looked_for_among_those_that_are_not_settled(services, lead, now) -> None:
    with asked_of(services.database) as asked, services.database.read() as tx:
        outbox.undelivered(tx, now)
        outbox.count_undelivered(tx, now)
    with services.database.transaction() as tx:
        tx.execute(text("DROP INDEX ix_letters_unsettled"))
    assert len(scans(services.database, asked)) == 2, "another index than that of the few would do, and grows"


def test_the_indexes_of_what_waits_hold_some_rows_alone(services) -> None:
    with services.database.read() as tx:
        assert partial_indexes(tx) >= OF_FEW
