"""How much may be held: by one link, one case, and all of them; counted right however many ask at once."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from intake.db import Database
from intake.errors import IntakeError, QuotaFull, ServiceFull, SpaceShort
from intake.links import grants
from intake.links.grants import Grant
from intake.links.tokens import Purpose
from intake.records import quotas, receiving, removing
from intake.records.checking import check_record
from intake.records.quotas import Quotas
from intake.records.receiving import From, Limits
from intake.records.scanner import NoScanner
from intake.records.upload import About, Upload
from tests.records.bench import CASE, KEY, Bench, make_bench

PDF = b"%PDF-1.7 ten bytes"


def _limits(**said: int) -> Limits:
    return Limits(10**12, 0, "", Quotas(**said))


def _link(bench: Bench, case_id: str, files: int = 1000, bytes_: int = 10**12) -> Grant:
    with bench.database.transaction() as tx:
        until = bench.now + timedelta(days=9)
        return grants.issue(tx, Purpose.UPLOAD, case_id, until, bench.now, files=files, bytes_=bytes_)


def _announce(bench: Bench, grant: Grant, length: int, limits: Limits) -> Upload:
    source = From(grant.subject, grant.id, "browser")
    with bench.database.transaction() as tx:
        return receiving.begin_upload(
            tx, KEY, bench.vault, source, About("a.pdf"), length, limits, grants.reserve, bench.now
        )


def _held(bench: Bench) -> int:
    with bench.database.read() as tx:
        return quotas.held_by_service(tx)


def _at_once(acts: list) -> Counter[str]:
    """Run all of them at the same moment; how often each ended in which way."""
    ended: Counter[str] = Counter()
    together = threading.Barrier(len(acts))

    def run(act) -> None:
        together.wait()
        try:
            act()
            ended["taken"] += 1
        except IntakeError as error:
            ended[error.code] += 1

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def test_fifty_announcements_at_once_by_many_links_never_exceed_what_the_case_may_hold(bench: Bench) -> None:
    links = [_link(bench, CASE) for _ in range(5)]
    limits = _limits(case_bytes=1750, case_files=400)
    ended = _at_once([lambda link=links[n % 5]: _announce(bench, link, 100, limits) for n in range(50)])
    assert ended == {"taken": 17, "quota_full": 33}
    assert _held(bench) == 1700


def test_fifty_announcements_at_once_never_exceed_how_many_files_the_case_may_hold(bench: Bench) -> None:
    links = [_link(bench, CASE) for _ in range(5)]
    ended = _at_once([lambda link=links[n % 5]: _announce(bench, link, 1, _limits(case_files=12)) for n in range(50)])
    assert ended == {"taken": 12, "quota_full": 38}


def test_fifty_announcements_at_once_for_fifty_cases_never_exceed_what_the_service_may_hold(bench: Bench) -> None:
    links = [_link(bench, f"case-{number}") for number in range(50)]
    limits = _limits(service_bytes=2050, case_bytes=10**9, case_files=10)
    ended = _at_once([lambda link=link: _announce(bench, link, 100, limits) for link in links])
    assert ended == {"taken": 20, "service_full": 30}
    assert _held(bench) == 2000


def test_fifty_announcements_at_once_by_one_link_never_exceed_what_it_may_bring(database: Database, var, now) -> None:
    bench = make_bench(database, var / "vault", now, now + timedelta(days=1), files=40, bytes_=2050)
    ended = _at_once([lambda: bench.begin(100) for _ in range(50)])
    assert ended == {"taken": 20, "quota_full": 30} and bench.quota() == (20, 50)


def test_announcing_and_giving_up_at_once_leave_exactly_what_stands(bench: Bench) -> None:
    limits, links = _limits(service_bytes=5000, case_bytes=5000, case_files=50), [_link(bench, CASE) for _ in range(2)]
    stand = [_announce(bench, links[n % 2], 100, limits) for n in range(25)]

    def give_up(upload: Upload) -> None:
        removing.cancel_upload(bench.database, bench.vault, upload.id, grants.release, bench.now)

    acts = [lambda upload=upload: give_up(upload) for upload in stand]
    acts += [lambda link=links[n % 2]: _announce(bench, link, 100, limits) for n in range(25)]
    assert _at_once(acts) == {"taken": 50}
    assert _held(bench) == 2500
    with bench.database.read() as tx:
        left = [grants.get(tx, link.id) for link in links]
    assert sum(grant.files_left or 0 for grant in left) == 2000 - 25
    assert sum(grant.bytes_left or 0 for grant in left) == 2 * 10**12 - 2500


@pytest.mark.parametrize("how", ["cancelled", "run out", "rejected", "forgotten"])
def test_room_is_given_back_when_an_upload_is(bench: Bench, how: str) -> None:
    limits = _limits(case_bytes=100, case_files=1, service_bytes=100)
    upload = _announce(bench, bench.grant, 100, limits)
    with pytest.raises(QuotaFull):
        _announce(bench, _link(bench, CASE), 1, limits)
    with pytest.raises(ServiceFull):
        _announce(bench, _link(bench, "another"), 1, limits)
    before = bench.now
    if how == "cancelled":
        removing.cancel_upload(bench.database, bench.vault, upload.id, grants.release, bench.now)
    elif how == "run out":
        bench.now += timedelta(days=8)
        removing.expire_idle(bench.database, bench.vault, grants.release, bench.now)
        bench.now = before
    elif how == "rejected":
        bench.append(upload, 0, [b"nothing that we know" * 5])
        check_record(bench.database, bench.vault, KEY, upload.id, NoScanner(), grants.release, bench.now)
    else:
        removing.forget_case(bench.database, bench.vault, CASE)
    assert _held(bench) == 0
    assert _announce(bench, _link(bench, CASE), 100, limits).length == 100


def test_what_is_kept_still_counts_when_it_has_arrived_and_was_checked(bench: Bench) -> None:
    limits = _limits(case_bytes=len(PDF) + 5)
    upload = _announce(bench, bench.grant, len(PDF), limits)
    bench.append(upload, 0, [PDF])
    for _ in range(2):
        with pytest.raises(QuotaFull):
            _announce(bench, bench.grant, 6, limits)
        check_record(bench.database, bench.vault, KEY, upload.id, NoScanner(), grants.release, bench.now)
    assert _announce(bench, bench.grant, 5, limits).length == 5


def test_a_refusal_takes_nothing_from_the_link(bench: Bench) -> None:
    before = bench.quota()
    for said, error in ((_limits(case_files=0), QuotaFull), (_limits(service_bytes=9), ServiceFull)):
        with pytest.raises(error):
            _announce(bench, bench.grant, 10, said)
    assert bench.quota() == before and _held(bench) == 0


def test_a_full_service_is_said_like_a_full_disk(bench: Bench) -> None:
    with pytest.raises(SpaceShort) as told:
        _announce(bench, bench.grant, 10, _limits(service_bytes=9))
    assert "What you have sent is safe" in told.value.message


def test_a_count_of_the_day_changes_nothing_that_is_decided(bench: Bench) -> None:
    limits = _limits(service_bytes=1000, case_bytes=10**9, case_files=99)
    first = _announce(bench, bench.grant, 600, limits)
    with bench.database.transaction() as tx:
        quotas.recount(tx, bench.now)
    _announce(bench, bench.grant, 300, limits)
    for more, room in ((100, True), (101, False)):
        with bench.database.read() as tx:
            assert quotas.has_room(tx, more, 1000) is room
    removing.cancel_upload(bench.database, bench.vault, first.id, grants.release, bench.now)
    assert _announce(bench, bench.grant, 700, limits).length == 700  # what was given back since counts at once
    with pytest.raises(ServiceFull):
        _announce(bench, bench.grant, 1, limits)


def test_everything_is_counted_once_a_day_at_most(bench: Bench) -> None:
    with bench.database.transaction() as tx:
        quotas.recount(tx, bench.now)
    _announce(bench, bench.grant, 600, _limits(service_bytes=1000))
    counted = []
    for later in (timedelta(hours=23), timedelta(hours=25)):
        with bench.database.transaction() as tx:
            quotas.recount(tx, bench.now + later)
            counted.append(tx.scalar(select(quotas.quota_turn.c.counted_bytes)))
    assert counted == [0, 600]
