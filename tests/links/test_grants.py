"""The grant decides: until when, how often, how much, and whether a newer link was sent."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from intake.db import Database
from intake.errors import LinkExpired, LinkForged, LinkReplaced, QuotaFull
from intake.links import grants
from intake.links.grants import Grant
from intake.links.tokens import Pointer, Purpose

DAY = timedelta(days=1)


def issued(
    database: Database, now: datetime, purpose: Purpose = Purpose.CASE, subject: str = "case-1", **more: int
) -> Grant:
    """A grant that lasts a day."""
    with database.transaction() as tx:
        return grants.issue(tx, purpose, subject, now + DAY, now, **more)


def pointer(grant: Grant) -> Pointer:
    """What a true token of this grant says."""
    return Pointer(grant.purpose, grant.id, grant.generation)


def find(database: Database, where: Pointer, now: datetime) -> Grant:
    """Look it up as a visitor's request would."""
    with database.read() as tx:
        return grants.find(tx, where, now)


def test_a_grant_is_found_by_its_pointer(database: Database, now: datetime) -> None:
    grant = issued(database, now)
    assert find(database, pointer(grant), now) == grant
    assert (grant.subject, grant.generation, len(grant.id)) == ("case-1", 1, 43)


def test_a_grant_nobody_issued_is_a_forgery(database: Database, now: datetime) -> None:
    with pytest.raises(LinkForged):
        find(database, Pointer(Purpose.CASE, "x" * 43, 1), now)


def test_a_grant_of_another_purpose_is_a_forgery(database: Database, now: datetime) -> None:
    grant = issued(database, now, Purpose.UPLOAD)
    with pytest.raises(LinkForged):
        find(database, Pointer(Purpose.CASE, grant.id, 1), now)


def test_a_link_works_to_its_last_second_and_not_one_longer(database: Database, now: datetime) -> None:
    grant = issued(database, now)
    assert find(database, pointer(grant), grant.expires_at - timedelta(seconds=1)) == grant
    for moment in (grant.expires_at, grant.expires_at + timedelta(seconds=1)):
        with pytest.raises(LinkExpired):
            find(database, pointer(grant), moment)


def test_a_revoked_link_is_over_at_once(database: Database, now: datetime) -> None:
    grant = issued(database, now)
    with database.transaction() as tx:
        grants.revoke(tx, grant.id, now)
    with pytest.raises(LinkExpired):
        find(database, pointer(grant), now)


def test_revoking_all_links_of_a_case_leaves_those_of_others(database: Database, now: datetime) -> None:
    mine = [issued(database, now, purpose) for purpose in (Purpose.CASE, Purpose.UPLOAD)]
    other = issued(database, now, subject="case-2")
    with database.transaction() as tx:
        grants.revoke_all(tx, "case-1", now)
    for grant in mine:
        with pytest.raises(LinkExpired):
            find(database, pointer(grant), now)
    assert find(database, pointer(other), now) == other


def test_revoking_one_purpose_leaves_the_others(database: Database, now: datetime) -> None:
    case, upload = issued(database, now), issued(database, now, Purpose.UPLOAD)
    with database.transaction() as tx:
        grants.revoke_all(tx, "case-1", now, (Purpose.UPLOAD,))
    assert find(database, pointer(case), now) == case
    with pytest.raises(LinkExpired):
        find(database, pointer(upload), now)


def test_a_newer_link_replaces_the_older(database: Database, now: datetime) -> None:
    old = issued(database, now)
    with database.transaction() as tx:
        new = grants.replace(tx, old.id, now + 2 * DAY, now)
    assert (new.id, new.generation) == (old.id, 2)
    assert find(database, pointer(new), now + DAY) == new
    with pytest.raises(LinkReplaced):
        find(database, pointer(old), now)


def test_a_link_from_the_future_is_not_accepted_either(database: Database, now: datetime) -> None:
    grant = issued(database, now)
    with pytest.raises(LinkReplaced):
        find(database, Pointer(grant.purpose, grant.id, 2), now)


def test_of_a_replaced_link_that_is_also_over_only_the_end_is_told(database: Database, now: datetime) -> None:
    old = issued(database, now)
    with database.transaction() as tx:
        new = grants.replace(tx, old.id, now + DAY, now)
        grants.revoke(tx, new.id, now)
    with pytest.raises(LinkExpired) as told:
        find(database, pointer(old), now)
    assert not isinstance(told.value, LinkReplaced)


def test_the_standing_grant_is_the_newest_that_is_not_over(database: Database, now: datetime) -> None:
    issued(database, now)
    newest = issued(database, now + timedelta(minutes=1))
    with database.read() as tx:
        assert grants.standing(tx, Purpose.CASE, "case-1", now + timedelta(minutes=2)) == newest
        assert grants.standing(tx, Purpose.UPLOAD, "case-1", now) is None
        assert grants.standing(tx, Purpose.CASE, "case-1", now + 2 * DAY) is None


def test_a_one_time_grant_is_used_once_however_many_press(database: Database, now: datetime) -> None:
    grant = issued(database, now, Purpose.INVITE)
    won: list[bool] = []

    def press(number: int) -> None:
        with database.transaction() as tx:
            won.append(grants.use(tx, grant.id, now))

    together(8, press)
    assert sorted(won) == [False] * 7 + [True]


PAUSE = timedelta(hours=1)


def guess(database: Database, grant: Grant, right: bool, now: datetime, most: int = 3) -> int | None:
    """One guess at the second fact, committed."""
    with database.transaction() as tx:
        return grants.guess(tx, grant.id, right, most, PAUSE, now)


def test_a_right_guess_gives_all_tries_back(database: Database, now: datetime) -> None:
    grant = issued(database, now, tries=3)
    assert [guess(database, grant, right, now) for right in (False, False, True, False)] == [2, 1, None, 2]


def test_after_the_last_try_not_even_a_right_guess_counts(database: Database, now: datetime) -> None:
    grant = issued(database, now, tries=3)
    assert [guess(database, grant, right, now) for right in (False, False, False, False, True)] == [2, 1, 0, 0, 0]
    assert guess(database, grant, True, now + PAUSE - timedelta(seconds=1)) == 0


def test_after_the_pause_the_tries_are_back(database: Database, now: datetime) -> None:
    grant = issued(database, now, tries=1)
    assert guess(database, grant, False, now) == 0
    assert guess(database, grant, False, now + PAUSE) == 2
    assert guess(database, grant, True, now + PAUSE) is None


def test_many_guesses_at_once_are_no_more_than_there_are_tries(database: Database, now: datetime) -> None:
    grant = issued(database, now, tries=10)
    told: list[int | None] = []

    def guess_often(number: int) -> None:
        told.extend(guess(database, grant, False, now, most=10) for _ in range(4))

    together(8, guess_often)
    assert sorted(left for left in told if left) == list(range(1, 10))
    assert len(told) == 32


def test_a_grant_can_last_longer_without_a_new_link(database: Database, now: datetime) -> None:
    grant = issued(database, now)
    with database.transaction() as tx:
        grants.prolong(tx, Purpose.CASE, "case-1", now + 9 * DAY)
    assert find(database, pointer(grant), now + 8 * DAY).generation == grant.generation


def test_a_quota_is_taken_and_given_back(database: Database, now: datetime) -> None:
    grant = issued(database, now, Purpose.UPLOAD, files=2, bytes_=100)
    with database.transaction() as tx:
        grants.reserve(tx, grant.id, 60)
        assert (grants.get(tx, grant.id).files_left, grants.get(tx, grant.id).bytes_left) == (1, 40)
        grants.release(tx, grant.id, 60)
        assert (grants.get(tx, grant.id).files_left, grants.get(tx, grant.id).bytes_left) == (2, 100)


@pytest.mark.parametrize(("files", "bytes_", "size"), [(1, 99, 100), (0, 1000, 1)])
def test_a_full_quota_takes_nothing(database: Database, now: datetime, files: int, bytes_: int, size: int) -> None:
    grant = issued(database, now, Purpose.UPLOAD, files=files, bytes_=bytes_)
    with pytest.raises(QuotaFull), database.transaction() as tx:
        grants.reserve(tx, grant.id, size)
    with database.read() as tx:
        assert grants.get(tx, grant.id) == grant


def test_a_quota_larger_than_four_gigabytes_is_kept_exactly(database: Database, now: datetime) -> None:
    grant = issued(database, now, Purpose.UPLOAD, files=5, bytes_=60 * 1024**3)
    with database.transaction() as tx:
        grants.reserve(tx, grant.id, 20 * 1024**3 + 1)
        assert grants.get(tx, grant.id).bytes_left == 40 * 1024**3 - 1


def test_many_uploads_at_once_never_pass_the_quota(database: Database, now: datetime) -> None:
    grant = issued(database, now, Purpose.UPLOAD, files=100, bytes_=1000)
    taken: list[int] = []

    def send(number: int) -> None:
        for _ in range(4):
            try:
                with database.transaction() as tx:
                    grants.reserve(tx, grant.id, 90)
                taken.append(90)
            except QuotaFull:
                pass

    together(8, send)
    with database.read() as tx:
        left = grants.get(tx, grant.id)
    assert len(taken) == 11
    assert (left.bytes_left, left.files_left) == (10, 89)


def test_a_grant_without_a_quota_takes_no_file(database: Database, now: datetime) -> None:
    grant = issued(database, now)
    with pytest.raises(QuotaFull), database.transaction() as tx:
        grants.reserve(tx, grant.id, 1)


def test_grants_hold_no_secret(database: Database, now: datetime) -> None:
    """The id alone opens nothing: what opens is the signature, which is never stored."""
    issued(database, now)
    with database.read() as tx:
        row = tx.one_or_none(select(grants.grants))
    assert row is not None
    assert not {"token", "secret", "signature"} & set(row._mapping)


def together(count: int, act: Callable[[int], object]) -> None:
    """Do it in many threads at once."""
    threads = [threading.Thread(target=act, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
