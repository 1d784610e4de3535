"""What must go goes, and nothing else."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from intake import journal
from intake.cases import draft as drafts
from intake.cases import retention, store
from intake.cases.case import Stage
from intake.errors import DraftGone, KeyGone
from intake.links import grants
from intake.links.tokens import Purpose
from intake.mail.outbox import letters
from tests.builders import a_case, a_draft

pytestmark = pytest.mark.usefixtures("database")


def _purge(services, now: datetime) -> retention.Purged:
    return retention.purge(services.database, services.keys, services.vault, now)


def test_nothing_goes_before_its_time(services, now: datetime) -> None:
    with services.database.transaction() as tx:
        draft, case = a_draft(tx, services, now), a_case(tx, services, now)
    assert _purge(services, draft.expires_at - timedelta(seconds=1)) == retention.Purged(0, 0)
    with services.database.read() as tx:
        assert drafts.read_draft(tx, services.keys, draft.id, now).answers
        assert store.read_answers(tx, services.keys, case)


def test_a_draft_past_its_time_goes_with_its_key(services, now: datetime) -> None:
    with services.database.transaction() as tx:
        draft = a_draft(tx, services, now)
    assert _purge(services, draft.expires_at).drafts == 1
    with services.database.read() as tx, pytest.raises(DraftGone):
        drafts.read_draft(tx, services.keys, draft.id, now)
    with pytest.raises(KeyGone):
        services.keys.get(draft.key_owner)


def test_a_case_past_its_time_keeps_only_reference_and_dates(services, now: datetime) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, stage=Stage.CLOSED)
    assert _purge(services, case.purge_at).cases == 1
    assert _purge(services, case.purge_at).cases == 0
    with services.database.read() as tx:
        row = tx.one_or_none(select(store.cases).where(store.cases.c.id == case.id))
        assert (row.stage, row.reference, row.answers, row.address) == ("erased", case.reference, b"", b"")
        assert grants.standing(tx, Purpose.CASE, case.id, now) is None
        assert tx.all(select(letters.c.id).where(letters.c.case_id == case.id)) == []
        assert journal.first_broken(tx) is None
    with pytest.raises(KeyGone):
        services.keys.get(case.key_owner)
