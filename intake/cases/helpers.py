"""Links for other hands: a hospital, a doctor or a relative adds records to a case, and can never read any.

A helper's grant holds a share of its own, set aside from the case's; when it is over, what is left goes back. The code
stands for the link on paper: nobody types a link. It is kept sealed, and found by a keyed hash.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    UniqueConstraint,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from intake import journal
from intake.cases import store, ways_in
from intake.cases.case import REFERENCE_LETTERS, Case
from intake.cases.house import House
from intake.db import Instant, Tx, few_alone, metadata
from intake.errors import CodeWrong, HelperLinkOver, HelpersEnough, MoveNotAllowed, NotYours, QuotaFull
from intake.journal import Event
from intake.keys import KeyStore, context, open_json, seal_json
from intake.links import grants
from intake.links.grants import Grant
from intake.links.tokens import Purpose

helpers = Table(
    "helper_links",
    metadata,
    Column("grant_id", String(43), primary_key=True),
    Column("case_id", String(64), ForeignKey("cases.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("language", String(12), nullable=False),
    Column("said", LargeBinary, nullable=False),
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("made_at", Instant, nullable=False),
    Column("opened_at", Instant, nullable=True),
    Column("settled_at", Instant, nullable=True),
    UniqueConstraint("case_id", "number"),
    few_alone("ix_helper_links_unsettled", "settled_at IS NULL", "made_at"),
)

REQUESTER, HELPER = "requester", "helper"
# 15 of 23 letters, drawn at random: about 68 bits, and never the shape of a reference.
CODE_LETTERS, CODE_GROUP = 15, 5


class HelperKind(StrEnum):
    """Whom a link is for."""

    HOSPITAL = "hospital"
    DOCTOR = "doctor"
    RELATIVE = "relative"
    MYSELF = "myself"


@dataclass(frozen=True, slots=True)
class Helper:
    """A helper's link as it stands; `note` and `code` are the requester's own to read."""

    grant: Grant
    case_id: str
    number: int
    kind: HelperKind
    language: str
    note: str = field(repr=False)
    code: str = field(repr=False)
    made_at: datetime
    opened_at: datetime | None

    def works(self, now: datetime) -> bool:
        """Whether it still lets somebody in."""
        return grants.stands(self.grant, now)


@dataclass(frozen=True, slots=True)
class Lent:
    """What the helper's side may know of a link: for which case, in which language. No note, no name."""

    case_id: str
    number: int
    kind: HelperKind
    language: str


def make_helper(
    tx: Tx, house: House, case_id: str, kind: HelperKind, language: str, note: str, now: datetime
) -> Helper:
    """A new link that only adds, with a share of what the case has left.

    Raises MoveNotAllowed once the case takes no records, HelpersEnough at the limit of working links, QuotaFull.
    """
    case = store.case_by_id(tx, case_id, to_change=True)
    if not case.takes_records:
        raise MoveNotAllowed
    standing = [one for one in helpers_of(tx, house.keys, case) if one.works(now)]
    if len(standing) >= house.settings.helper_links:
        raise HelpersEnough(most=house.settings.helper_links)
    own = ways_in.upload_grant(tx, house, case, now)
    grant = _share(tx, house, case, own, now)
    code = _new_code()
    row = {
        "grant_id": grant.id, "case_id": case.id, "number": _next_number(tx, case.id), "kind": kind.value,
        "language": language, "code_hash": house.ring.hash("helper", code), "made_at": now,
        "said": seal_json(house.keys.get(case.key_owner), {"note": note, "code": code}, _place(grant.id)),
    }  # fmt: skip
    tx.execute(insert(helpers), row)
    facts = {"purpose": Purpose.HELPER.value, "kind": kind.value, "helper": row["number"]}
    journal.write(tx, Event.LINK_ISSUED, now, actor=REQUESTER, subject=case.id, **facts)
    return helper_of(tx, house.keys, case, row["number"])


def end_helper(tx: Tx, house: House, case_id: str, number: int, now: datetime) -> Helper:
    """End a link at once: whoever uses it is stopped at the next part. Twice is once. Raises NotYours."""
    case = store.case_by_id(tx, case_id, to_change=True)
    helper = helper_of(tx, house.keys, case, number)
    if helper.grant.revoked_at is None:
        grants.revoke(tx, helper.grant.id, now)
        facts = {"purpose": Purpose.HELPER.value, "helper": number}
        journal.write(tx, Event.LINK_REVOKED, now, actor=REQUESTER, subject=case_id, **facts)
    return helper_of(tx, house.keys, case, number)


def settle(tx: Tx, case_id: str, grant_id: str, now: datetime) -> None:
    """Give what a link that is over did not use back to its case. Cancel its unfinished uploads first."""
    case = store.case_by_id(tx, case_id, to_change=True)
    if case.takes_records and (own := grants.standing(tx, Purpose.UPLOAD, case_id, now)) is not None:
        grants.give_back(tx, grant_id, own.id)  # without one, the next is given what the case has room for
    tx.execute(update(helpers).where(helpers.c.grant_id == grant_id).values(settled_at=now))


def over_and_unsettled(tx: Tx, now: datetime) -> list[tuple[str, str]]:
    """(case, grant) of each link that is over and still holds its share."""
    link = grants.grants
    ended = or_(link.c.revoked_at.is_not(None), link.c.expires_at <= now)
    both = select(helpers.c.case_id, helpers.c.grant_id).join_from(helpers, link, link.c.id == helpers.c.grant_id)
    rows = tx.all(both.where(helpers.c.settled_at.is_(None), ended).order_by(helpers.c.made_at))
    return [(row.case_id, row.grant_id) for row in rows]


def helpers_of(tx: Tx, keys: KeyStore, case: Case) -> list[Helper]:
    """Every link of a case that was made, the oldest first. Raises KeyGone."""
    rows = tx.all(select(helpers).where(helpers.c.case_id == case.id).order_by(helpers.c.number))
    return [_helper(tx, keys, case, row) for row in rows]


def helper_of(tx: Tx, keys: KeyStore, case: Case, number: int) -> Helper:
    """One of them. Raises NotYours if the case has none of this number."""
    row = tx.one_or_none(select(helpers).where(helpers.c.case_id == case.id, helpers.c.number == number))
    if row is None:
        raise NotYours
    return _helper(tx, keys, case, row)


def lent(tx: Tx, grant_id: str | None) -> Lent | None:
    """What the helper's side may know of the link behind a session; None for a session of the requester's own."""
    row = tx.one_or_none(select(helpers).where(helpers.c.grant_id == (grant_id or "")))
    return None if row is None else Lent(row.case_id, row.number, HelperKind(row.kind), row.language)


def grant_of_code(tx: Tx, house: House, typed: str, now: datetime) -> Grant:
    """The grant that a code from a sheet of paper stands for. Raises CodeWrong, HelperLinkOver."""
    found = house.ring.hash("helper", _read_code(typed))
    grant_id = tx.scalar(select(helpers.c.grant_id).where(helpers.c.code_hash == found))
    if grant_id is None:
        raise CodeWrong
    grant = grants.get(tx, grant_id)
    if not grants.stands(grant, now):
        raise HelperLinkOver
    return grant


def note_opened(tx: Tx, grant_id: str, now: datetime) -> None:
    """Somebody pressed the button of the link."""
    tx.execute(update(helpers).where(helpers.c.grant_id == grant_id).values(opened_at=now))


def forget(tx: Tx, case_id: str) -> None:
    """Take the links of a case away, with what was noted of them."""
    tx.execute(delete(helpers).where(helpers.c.case_id == case_id))


def _share(tx: Tx, house: House, case: Case, own: Grant, now: datetime) -> Grant:
    """A grant of its own: at most half of what is left, so that nobody's share is all of it. Raises QuotaFull."""
    files = min(house.settings.helper_max_files, (own.files_left or 0) // 2)
    bytes_ = min(house.settings.helper_max_bytes, (own.bytes_left or 0) // 2)
    if files < 1 or bytes_ < 1:
        raise QuotaFull
    grants.set_aside(tx, own.id, files, bytes_)
    until = now + timedelta(days=house.settings.upload_link_days)
    return grants.issue(tx, Purpose.HELPER, case.id, until, now, files=files, bytes_=bytes_)


def _next_number(tx: Tx, case_id: str) -> int:
    return 1 + (tx.scalar(select(func.max(helpers.c.number)).where(helpers.c.case_id == case_id)) or 0)


def _new_code() -> str:
    letters = "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(CODE_LETTERS))
    return "-".join(letters[i : i + CODE_GROUP] for i in range(0, CODE_LETTERS, CODE_GROUP))


def _read_code(typed: str) -> str:
    letters = "".join(letter for letter in typed.upper() if letter in REFERENCE_LETTERS)[: CODE_LETTERS + 1]
    return "-".join(letters[i : i + CODE_GROUP] for i in range(0, len(letters), CODE_GROUP))


def _place(grant_id: str) -> bytes:
    return context("helper_links", grant_id, "said")


def _helper(tx: Tx, keys: KeyStore, case: Case, row: Row[Any]) -> Helper:
    said: Any = open_json(keys.get(case.key_owner), row.said, _place(row.grant_id))
    return Helper(
        grants.get(tx, row.grant_id), row.case_id, row.number, HelperKind(row.kind), row.language, said["note"],
        said["code"], row.made_at, row.opened_at,
    )  # fmt: skip
