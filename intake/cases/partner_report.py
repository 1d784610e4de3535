"""What a partner may learn: how many requests, cases and reports a month came by its name, and the median days.

Only whole months, and only counts of at least ENOUGH: a smaller one could point to a person, and a count that grows
from one day to the next would tell who came on that day. Zero is hidden as any small count is.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

from sqlalchemy import func, select

from intake.cases.case import Stage
from intake.cases.stays import DAY, ENOUGH, stays
from intake.cases.store import cases
from intake.db import Tx
from intake.partners import store as partners

MOST_MONTHS = 36


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month of one partner; None stands for what is hidden. `days` is the median from sending to the report."""

    slug: str
    month: str
    starts: int | None
    cases: int | None
    reports: int | None
    days: int | None


def report(tx: Tx, months: int, now: datetime) -> list[MonthRow]:
    """The last whole months of every partner, the oldest first; at most MOST_MONTHS."""
    slugs, rows = [one.slug for one in partners.all_partners(tx)], {}
    for month in _months(min(max(months, 1), MOST_MONTHS), now):
        days = _days_to_report(tx, *month)
        rows |= {(slug, month): _row(tx, slug, days.get(slug, []), *month) for slug in slugs}
    return [rows[key] for key in sorted(rows)]


def _days_to_report(tx: Tx, begins: datetime, ends: datetime) -> dict[str, list[float]]:
    """The days from sending to the report, of each report of a month that came by a partner: all in one look."""
    reported = (stays.c.stage == Stage.REPORTED.value, stays.c.began_at >= begins, stays.c.began_at < ends)
    both = select(cases.c.partner, cases.c.opened_at, stays.c.began_at)
    both = both.join_from(stays, cases, cases.c.id == stays.c.case_id).where(*reported, cases.c.partner.is_not(None))
    found: dict[str, list[float]] = {}
    for row in tx.all(both):
        found.setdefault(row.partner, []).append((row.began_at - row.opened_at) / DAY)
    return found


def _row(tx: Tx, slug: str, days: list[float], begins: datetime, ends: datetime) -> MonthRow:
    month = partners.month_of(begins)
    sent = (cases.c.partner == slug, cases.c.opened_at >= begins, cases.c.opened_at < ends)
    opened = int(tx.scalar(select(func.count()).select_from(cases).where(*sent)))
    shown = _enough(len(days))
    middle = None if shown is None else round(median(days))
    return MonthRow(slug, month, _enough(partners.starts_of(tx, slug).get(month, 0)), _enough(opened), shown, middle)


def _enough(count: int) -> int | None:
    return count if count >= ENOUGH else None


def _months(count: int, now: datetime) -> list[tuple[datetime, datetime]]:
    """The beginnings and ends of the last whole months, the oldest first."""
    number = now.year * 12 + now.month - 1
    firsts = [datetime(each // 12, each % 12 + 1, 1, tzinfo=UTC) for each in range(number - count, number + 1)]
    return list(zip(firsts, firsts[1:], strict=False))
