"""What a browser holds lives as long as its role and its link allow, and the cookie's secret is nowhere in the rows."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from intake.db import Database
from intake.links import grants, sessions
from intake.links.sessions import IDLE, LONGEST, Role, Session
from intake.links.tokens import Purpose

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
IDLING = sorted(IDLE)


def started(database: Database, now: datetime, role: Role = Role.CASE, subject: str = "case-1", **more: object) -> str:
    """A new session's secret."""
    with database.transaction() as tx:
        return sessions.start(tx, role, subject, now, **more)  # type: ignore[arg-type]


def read(database: Database, secret: str, now: datetime, role: Role = Role.CASE) -> Session | None:
    """The session of a cookie."""
    with database.read() as tx:
        return sessions.read(tx, role, secret, now)


def test_a_session_is_found_by_its_secret(database: Database, now: datetime) -> None:
    session = read(database, started(database, now, language="en"), now)
    assert session is not None
    assert (session.role, session.subject, session.language) == (Role.CASE, "case-1", "en")
    assert not session.address_checked


def test_the_rows_hold_no_secret(database: Database, now: datetime) -> None:
    secret = started(database, now)
    with database.read() as tx:
        (row,) = tx.all(select(sessions.sessions))
    assert secret not in str(row)
    assert len(secret) >= 43


@pytest.mark.parametrize("wrong", ["", "x" * 43, "é", "\0"])
def test_a_wrong_secret_finds_nothing(database: Database, now: datetime, wrong: str) -> None:
    started(database, now)
    assert read(database, wrong, now) is None


def test_the_hash_in_the_row_does_not_open_the_session(database: Database, now: datetime) -> None:
    session = read(database, started(database, now), now)
    assert session is not None
    assert read(database, session.id, now) is None


def test_a_session_of_one_role_is_none_of_another(database: Database, now: datetime) -> None:
    secret = started(database, now, Role.UPLOAD, expires_at=now + DAY)
    for role in set(Role) - {Role.UPLOAD}:
        assert read(database, secret, now, role) is None


@pytest.mark.parametrize("role", IDLING)
def test_an_idle_session_ends(database: Database, now: datetime, role: Role) -> None:
    secret = started(database, now, role)
    assert read(database, secret, now + min(IDLE[role], LONGEST[role] - SECOND), role) is not None
    assert read(database, secret, now + IDLE[role] + SECOND, role) is None


@pytest.mark.parametrize("role", [Role.CASE, Role.DESK])
def test_a_session_in_use_lives_to_its_longest_and_not_one_second_more(
    database: Database, now: datetime, role: Role
) -> None:
    secret = started(database, now, role)
    moment = now
    while moment + IDLE[role] < now + LONGEST[role]:
        moment += IDLE[role]
        session = read(database, secret, moment, role)
        assert session is not None
        with database.transaction() as tx:
            sessions.touch(tx, session, moment)
    assert read(database, secret, now + LONGEST[role] - SECOND, role) is not None
    assert read(database, secret, now + LONGEST[role], role) is None


def test_the_last_seen_time_is_written_only_now_and_then(database: Database, now: datetime) -> None:
    session = read(database, started(database, now), now)
    assert session is not None
    assert not sessions.needs_touch(session, now + timedelta(seconds=59))
    assert sessions.needs_touch(session, now + timedelta(seconds=61))


def test_a_draft_is_not_ended_by_idling(database: Database, now: datetime) -> None:
    secret = started(database, now, Role.DRAFT, "draft-1", expires_at=now + 28 * DAY)
    assert read(database, secret, now + 28 * DAY - SECOND, Role.DRAFT) is not None
    assert read(database, secret, now + 28 * DAY, Role.DRAFT) is None


def test_a_session_ends_when_it_is_ended(database: Database, now: datetime) -> None:
    secret = started(database, now)
    session = read(database, secret, now)
    assert session is not None
    with database.transaction() as tx:
        sessions.end(tx, session, now)
    assert read(database, secret, now) is None


def test_all_sessions_of_one_person_can_be_ended_at_once(database: Database, now: datetime) -> None:
    mine = [started(database, now, Role.DESK, "anna") for _ in range(2)]
    theirs = started(database, now, Role.DESK, "ben")
    with database.transaction() as tx:
        assert sessions.end_all(tx, Role.DESK, "anna", now) == 2
        assert sessions.end_all(tx, Role.DESK, "anna", now) == 0
    assert [read(database, secret, now, Role.DESK) for secret in mine] == [None] * 2
    assert read(database, theirs, now, Role.DESK) is not None


@pytest.fixture
def grant(database: Database, now: datetime) -> grants.Grant:
    """A grant that lasts an hour."""
    with database.transaction() as tx:
        return grants.issue(tx, Purpose.CASE, "case-1", now + timedelta(hours=1), now)


def test_a_session_ends_with_its_link(database: Database, now: datetime, grant: grants.Grant) -> None:
    secret = started(database, now, Role.UPLOAD, grant=grant, expires_at=now + DAY)
    assert read(database, secret, grant.expires_at - SECOND, Role.UPLOAD) is not None
    assert read(database, secret, grant.expires_at, Role.UPLOAD) is None


def test_a_session_ends_when_its_link_is_revoked(database: Database, now: datetime, grant: grants.Grant) -> None:
    secret = started(database, now, grant=grant)
    with database.transaction() as tx:
        grants.revoke(tx, grant.id, now)
    assert read(database, secret, now) is None


def test_a_session_ends_when_a_newer_link_is_sent(database: Database, now: datetime, grant: grants.Grant) -> None:
    old = started(database, now, grant=grant)
    with database.transaction() as tx:
        newer = grants.replace(tx, grant.id, now + DAY, now)
    assert read(database, old, now) is None
    assert read(database, started(database, now, grant=newer), now) is not None


def test_the_address_is_checked_for_one_browser_alone(database: Database, now: datetime) -> None:
    here, there = started(database, now), started(database, now)
    session = read(database, here, now)
    assert session is not None
    with database.transaction() as tx:
        sessions.check_address(tx, session)
    checked = [read(database, secret, now) for secret in (here, there)]
    assert [session.address_checked for session in checked if session] == [True, False]


def test_a_browser_keeps_the_language_it_chose(database: Database, now: datetime) -> None:
    secret = started(database, now, language="en")
    session = read(database, secret, now)
    assert session is not None
    with database.transaction() as tx:
        sessions.set_language(tx, session, "ar")
    again = read(database, secret, now)
    assert again is not None
    assert again.language == "ar"


def test_every_role_has_its_end(database: Database, now: datetime) -> None:
    """A role without a longest life must be given an end, or starting it fails loudly."""
    for role in set(Role) - set(LONGEST):
        with pytest.raises(KeyError):
            started(database, now, role)


def test_with_one_session_more_than_a_coordinator_may_have_the_oldest_ends(database: Database, now: datetime) -> None:
    moments = [now + timedelta(minutes=number) for number in range(3)]
    first, second, third = (started(database, moment, Role.DESK, "anna") for moment in moments)
    other = started(database, now, Role.DESK, "ben")
    with database.read() as tx:
        assert sessions.read(tx, Role.DESK, first, moments[-1]) is None
        assert all(sessions.read(tx, Role.DESK, one, moments[-1]) for one in (second, third, other))
        assert [one.made_at for one in sessions.live(tx, Role.DESK, "anna", moments[-1])] == moments[:0:-1]


def test_one_session_is_ended_by_its_holder_alone_and_once(database: Database, now: datetime) -> None:
    secret = started(database, now, Role.DESK, "anna")
    with database.transaction() as tx:
        (mine,) = sessions.live(tx, Role.DESK, "anna", now)
        assert not sessions.end_one(tx, Role.DESK, "ben", mine.id, now)
        assert sessions.end_one(tx, Role.DESK, "anna", mine.id, now)
        assert not sessions.end_one(tx, Role.DESK, "anna", mine.id, now)
        assert sessions.read(tx, Role.DESK, secret, now) is None
