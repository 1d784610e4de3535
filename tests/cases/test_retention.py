"""What must go goes, and nothing else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from intake import journal
from intake.cases import draft as drafts
from intake.cases import lifecycle, retention, store
from intake.cases.case import Stage
from intake.cases.letters import send_way_back
from intake.errors import DraftGone, KeyGone
from intake.links import grants, sessions
from intake.links.sessions import Role
from intake.links.tokens import Purpose
from intake.mail import outbox
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


class Killed(Exception):
    """Stands for a process that ends in the middle."""


@dataclass
class DyingKeys:
    """A key store during whose destruction of one owner's key the process ends, before or after the key is gone."""

    owner: str
    destroy_first: Callable[[str], None]

    def destroy(self, owner: str) -> None:
        if owner == self.owner:
            self.destroy_first(owner)
            raise Killed


@pytest.mark.parametrize("gone_already", [False, True])
@pytest.mark.parametrize("what", ["draft", "case"])
def test_a_purge_killed_in_the_middle_leaves_no_key_behind_for_ever(services, now, what, gone_already) -> None:
    with services.database.transaction() as tx:
        one = a_draft(tx, services, now) if what == "draft" else a_case(tx, services, now, stage=Stage.CLOSED)
    later = now + timedelta(days=4000)
    dying = DyingKeys(one.key_owner, services.keys.destroy if gone_already else lambda owner: None)
    with pytest.raises(Killed):
        retention.purge(services.database, dying, services.vault, later)
    _purge(services, later)
    with pytest.raises(KeyGone):
        services.keys.get(one.key_owner)
    with services.database.read() as tx:
        assert tx.all(select(drafts.drafts.c.id)) == []
        assert tx.all(select(store.cases.c.id).where(store.cases.c.answers != b"")) == []


@dataclass
class Interrupted:
    """A database in which something happens right after each look."""

    database: object
    meanwhile: Callable[[], None]

    @contextmanager
    def read(self) -> Iterator[object]:
        with self.database.read() as tx:
            yield tx
        self.meanwhile()

    def __getattr__(self, name: str) -> object:
        return getattr(self.database, name)


def test_a_case_that_moved_on_while_the_purge_was_looking_stays(services, now: datetime) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, stage=Stage.REPORTED)
    later = case.purge_at + timedelta(seconds=1)

    def close() -> None:
        with services.database.transaction() as tx:
            if store.case_by_id(tx, case.id).stage is Stage.REPORTED:
                lifecycle.move_case(tx, services, case.id, Stage.CLOSED, "test", later)

    purged = retention.purge(Interrupted(services.database, close), services.keys, services.vault, later)
    assert purged.cases == 0
    with services.database.read() as tx:
        assert store.read_answers(tx, services.keys, case)


def test_letters_of_no_case_go_with_their_keys_a_month_after_they_were_sent(services, now: datetime) -> None:
    with services.database.transaction() as tx:
        draft = a_draft(tx, services, now)
        send_way_back(tx, services, draft, now)
        sent, waiting = (row.id for row in _two_letters(tx, services, draft, now))
        outbox.mark_sent(tx, sent, "id", now)
    assert _purge(services, now + retention.KEEP_LETTERS).letters == 0
    assert _purge(services, now + retention.KEEP_LETTERS + timedelta(seconds=1)).letters == 1
    with pytest.raises(KeyGone):
        services.keys.get(f"letter:{sent}")
    assert services.keys.get(f"letter:{waiting}")


def _two_letters(tx, services, draft, now: datetime):
    send_way_back(tx, services, draft, now)
    return tx.all(select(letters.c.id).order_by(letters.c.id))


def test_sessions_that_are_over_are_forgotten(services, now: datetime) -> None:
    with services.database.transaction() as tx:
        for lasts in (1, 100):
            sessions.start(tx, Role.UPLOAD, "case", now, expires_at=now + timedelta(hours=lasts))
    _purge(services, now + timedelta(days=1, hours=2))
    with services.database.read() as tx:
        assert len(tx.all(select(sessions.sessions.c.id))) == 1
