"""Reminders of a request that was begun: 14 and 3 days before it goes, never more, and never to a stranger."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from intake import queue
from intake.cases import draft as drafts
from intake.cases import letters, lifecycle, reminders, retention
from intake.cases.draft import Draft
from intake.jobs.worker import Worker
from tests.builders import a_draft, a_request
from tests.visitor import Visitor
from tests.web.test_request import EN, press

pytestmark = pytest.mark.usefixtures("database")

Letters = Callable[..., list[Any]]


@pytest.fixture
def draft(services: Any, now: datetime) -> Draft:
    """A request that is filled in, with an address, of which no letter was ever sent."""
    with services.database.transaction() as tx:
        return a_draft(tx, services, now)


@pytest.fixture
def saved(services: Any, draft: Draft, now: datetime) -> Draft:
    """The same, and the way back was sent."""
    with services.database.transaction() as tx:
        letters.send_way_back(tx, services, draft, now)
    return draft


def days_pass(services: Any, still_clock: Any, days: int) -> None:
    """Day after day, with the worker at work."""
    for _ in range(days):
        still_clock.advance(days=1)
        Worker(services).run_until_idle()


def waiting(services: Any) -> int:
    """How many reminders wait."""
    with services.database.read() as tx:
        mine = queue.jobs.c.kind == reminders.REMIND_DRAFT
        return int(tx.scalar(select(func.count()).select_from(queue.jobs).where(mine)))


def test_two_letters_come_in_time_and_no_more(services, saved, still_clock, outbox_letters: Letters) -> None:
    told: list[int] = []
    for day in range(1, services.settings.draft_days + 5):
        days_pass(services, still_clock, 1)
        if len(outbox_letters("draft_reminder")) > len(told):
            told.append(services.settings.draft_days - day)
    assert told == [14, 3]
    assert waiting(services) == 0


def test_the_letter_says_until_when_and_leads_back(
    services, saved, still_clock, client: Visitor, outbox_letters: Letters
) -> None:
    days_pass(services, still_clock, services.settings.draft_days - 3)
    letter = outbox_letters("draft_reminder")[-1]
    assert letter.to == saved.address and "7 April 2026" in letter.text
    assert "DEMONSTRATION" not in letter.text + letter.subject and "Delete what I have written" in letter.text
    assert press(client, letter).location == EN + "resume"
    assert client.answer(client.get(EN + "resume"), email=saved.address).location == EN + "continue"
    with services.database.read() as tx:
        read = drafts.read_draft(tx, services.keys, saved.id, still_clock.now())
    assert read.expires_at == still_clock.now() + timedelta(days=services.settings.draft_days)  # its full time again


def test_the_link_of_the_letter_before_goes_on_working(
    services, saved, still_clock, client: Visitor, outbox_letters: Letters
) -> None:
    days_pass(services, still_clock, services.settings.draft_days - 14)
    assert len(outbox_letters("draft_reminder")) == 1
    assert press(client, outbox_letters("resume_draft")[0]).location == EN + "resume"


def test_a_letter_sent_long_ago_still_counts_and_its_link_lasts_as_long_as_the_draft(
    services, saved, still_clock, client: Visitor, outbox_letters: Letters
) -> None:
    days = services.settings.draft_days
    days_pass(services, still_clock, days - 15)
    with services.database.transaction() as tx:
        drafts.touch(tx, saved, days, still_clock.now())
    days_pass(services, still_clock, days - 3)  # the link of the first letter was given for fewer days
    assert len(outbox_letters("draft_reminder")) == 2
    assert press(client, outbox_letters("draft_reminder")[-1]).location == EN + "resume"


def test_who_comes_back_is_not_reminded_before_it_is_time_again(services, saved, still_clock, outbox_letters) -> None:
    days = services.settings.draft_days
    days_pass(services, still_clock, days - 15)
    with services.database.transaction() as tx:
        drafts.touch(tx, saved, days, still_clock.now())
    days_pass(services, still_clock, days - 15)
    assert outbox_letters("draft_reminder") == []
    days_pass(services, still_clock, 1)
    assert len(outbox_letters("draft_reminder")) == 1


def test_nobody_is_written_to_who_was_never_sent_a_link(services, draft, now, still_clock, outbox_letters) -> None:
    with services.database.transaction() as tx:
        reminders.plan(tx, draft, now)
    days_pass(services, still_clock, services.settings.draft_days + 1)
    assert outbox_letters() == []


def test_another_address_is_not_written_to_before_a_link_was_sent_there(
    services, saved, now, still_clock, outbox_letters: Letters
) -> None:
    with services.database.transaction() as tx:
        drafts.save_address(tx, services.keys, saved, "other@example.org", services.settings.draft_days, now)
    days_pass(services, still_clock, services.settings.draft_days + 1)
    assert outbox_letters("draft_reminder") == []


def test_who_did_not_confirm_the_address_is_reminded_too(services, draft, now, still_clock, outbox_letters) -> None:
    with services.database.transaction() as tx:
        held = drafts.read_draft(tx, services.keys, draft.id, now, to_change=True)
        assert lifecycle.send_draft(tx, services, held, a_request(services, held), now) is None
    days_pass(services, still_clock, services.settings.draft_days - 14)
    assert len(outbox_letters("draft_reminder")) == 1


@pytest.mark.parametrize("how", ["sent", "deleted", "key gone"])
def test_a_draft_that_is_not_there_any_more_is_not_spoken_of(
    services, saved, now, still_clock, outbox_letters: Letters, how: str
) -> None:
    with services.database.transaction() as tx:
        if how == "sent":
            lifecycle.confirm_draft(tx, services, saved, a_request(services, saved), now)
        elif how == "deleted":
            assert retention.delete_draft(tx, services.keys, saved.id, now)
        else:
            services.keys.destroy(saved.key_owner)
    days_pass(services, still_clock, services.settings.draft_days + 1)
    assert outbox_letters("draft_reminder") == [] and waiting(services) == 0


def test_a_worker_that_slept_writes_one_letter_and_not_two(services, saved, still_clock, outbox_letters) -> None:
    still_clock.advance(days=services.settings.draft_days - 1)
    Worker(services).run_until_idle()
    assert len(outbox_letters("draft_reminder")) == 1


def test_the_job_done_twice_writes_once(services, saved, now, still_clock, outbox_letters: Letters) -> None:
    at = still_clock.advance(days=services.settings.draft_days - 14)
    for _ in range(2):
        with services.database.transaction() as tx:
            letters.remind_of_draft(tx, services, saved, 14, at)
    assert len(outbox_letters("draft_reminder")) == 1


def test_saving_many_times_puts_in_one_job(services, draft, now: datetime) -> None:
    with services.database.transaction() as tx:
        for _ in range(3):
            letters.send_way_back(tx, services, draft, now)
    assert waiting(services) == 1
