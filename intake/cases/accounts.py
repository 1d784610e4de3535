"""What leads and operators do with accounts of the desk: invite, reset, change a role, sign out, close.

Each is one transaction of account, links, sessions, cases and letters together, which is why it stands above `desk`,
`links` and `mail`. By the desk only a lead does this, and nobody for themselves: so one lead at least is always left.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from intake import journal
from intake.cases import desk_letters, routing, ways_in
from intake.cases.case import REFERENCE_LETTERS
from intake.cases.house import House
from intake.db import Tx
from intake.desk import coordinators, passwords, rules
from intake.desk import store as desk_store
from intake.desk.coordinators import Coordinator, DeskRole, State, actor
from intake.errors import CodeNotRight, LinkExpired, NotForYourself, NotYours
from intake.journal import Event
from intake.links import grants, sessions
from intake.links.sessions import Role, Session
from intake.links.tokens import Purpose

INVITE_HOURS = 24  # ASVS 5.0 V6.4.1: short, and once
# About 36 bits: more than enough for five tries (ASVS 5.0 V6.5.4 asks for 20).
CODE_LETTERS, CODE_TRIES = 8, 5
OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Reset:
    """What a lead tells somebody whose device is lost, by voice: without it the link in the letter opens nothing."""

    code: str


def invite(
    tx: Tx, house: House, name: str, email: str, language: str, now: datetime,
    *, role: DeskRole = DeskRole.COORDINATOR, by: str = OPERATOR,
) -> str:  # fmt: skip
    """Invite somebody: a letter goes out, and the same link comes back. It works once, for INVITE_HOURS."""
    person = coordinators.invite(tx, house.keys, house.ring, name, email, language, now, role=role, by=by)
    coordinators.ask_for_code(tx, person.id, None)  # whoever has the shell needs nobody's word
    return _send_link(tx, house, person, "invite", email, now)


def invite_by_lead(
    tx: Tx, house: House, lead: str, name: str, email: str, language: str, role: DeskRole, now: datetime
) -> Coordinator:
    """A lead invites somebody new; an address that has signed in already is left alone, for that would be a reset
    without its code. Raises LeadNeeded.
    """
    coordinators.need_lead(tx, lead)
    known = coordinators.with_address(tx, house.keys, house.ring, email)
    if known is None or (known.state is State.INVITED and coordinators.code_asked(tx, known.id) is None):
        invite(tx, house, name, email, language, now, role=role, by=actor(lead))
    found = coordinators.with_address(tx, house.keys, house.ring, email)
    if found is None:  # it was made in this very transaction
        raise NotYours
    return found


def reset(tx: Tx, house: House, lead: str, coordinator_id: str, now: datetime) -> Reset:
    """A device is lost: nothing signs in to the account any more, every session ends, and a link goes out by mail that
    opens only with a code, which the lead tells by voice. Neither a mailbox nor a lead alone gets in (V6.3.4, V6.4.4).

    Raises LeadNeeded, NotForYourself, NotYours, AccountClosed.
    """
    person = _for_another(tx, house, lead, coordinator_id)
    coordinators.mark_reset(tx, person.id, actor(lead), now)
    desk_store.drop_all(tx, person.id)
    passwords.forget(tx, person.id)
    _end_sessions(tx, person.id, now)
    code = "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(CODE_LETTERS))
    coordinators.ask_for_code(tx, person.id, house.ring.hash("reset", f"{person.id} {code}"))
    _send_link(tx, house, person, "invite_again", person.email, now, tries=CODE_TRIES)
    desk_letters.tell_leads(tx, house, now)
    return Reset(f"{code[:4]}-{code[4:]}")


def check_code(tx: Tx, house: House, session: Session, typed: str, now: datetime) -> int | None:
    """Compare what was typed with the code of a reset; None when it is right, else how many tries are left.

    With the last wrong one the link is over. Commit before telling: a rollback would give a try back.
    """
    code = "".join(letter for letter in typed.upper() if letter in REFERENCE_LETTERS)
    wanted = coordinators.code_asked(tx, session.subject)
    if wanted is None:
        return None
    right = secrets.compare_digest(wanted, house.ring.hash("reset", f"{session.subject} {code}"))
    if session.grant_id is None:
        return 0
    left = grants.guess(tx, session.grant_id, right, CODE_TRIES, timedelta(hours=INVITE_HOURS), now)
    if left is None:
        sessions.check_address(tx, session)
    else:
        journal.write(tx, Event.COORDINATOR_REFUSED, now, actor=actor(session.subject), reason="code")
    if left == 0:
        grants.revoke(tx, session.grant_id, now)
    return left


def need_code(tx: Tx, session: Session) -> None:
    """Raise CodeNotRight unless this session to enrol needs no code, or had it."""
    if coordinators.code_asked(tx, session.subject) is not None and not session.address_checked:
        raise CodeNotRight


def spend_invitation(tx: Tx, session: Session, now: datetime) -> None:
    """The link works once, and so do the sessions that it made; every older session at the desk ends.

    Raises LinkExpired if somebody was first, CodeNotRight if a code is still wanted.
    """
    need_code(tx, session)
    if session.grant_id is not None and not grants.use(tx, session.grant_id, now):
        raise LinkExpired
    _end_sessions(tx, session.subject, now)


def change_role(tx: Tx, house: House, lead: str, coordinator_id: str, role: DeskRole, now: datetime) -> None:
    """Make somebody a lead or a coordinator; it holds from their next request on. Raises as `reset`."""
    person = _for_another(tx, house, lead, coordinator_id)
    if person.role is not role:
        coordinators.set_role(tx, person.id, role, actor(lead), now)
        desk_letters.tell_account_changed(tx, house, person, now)


def sign_out(tx: Tx, house: House, lead: str, coordinator_id: str, now: datetime) -> int:
    """End every session of somebody. Returns how many. Raises LeadNeeded, NotYours."""
    coordinators.need_lead(tx, lead)
    person = coordinators.get(tx, house.keys, coordinator_id)
    return sign_out_by(tx, person.id, actor(lead), now)


def sign_out_by(tx: Tx, coordinator_id: str, by: str, now: datetime) -> int:
    """End every session of a coordinator, and say so in the journal. Returns how many."""
    ended = _end_sessions(tx, coordinator_id, now)
    journal.write(tx, Event.COORDINATOR_SIGNED_OUT, now, actor=by, coordinator=coordinator_id, sessions=ended)
    return ended


def close(tx: Tx, house: House, lead: str, coordinator_id: str, now: datetime) -> int:
    """Close an account for good; its cases go to others. Returns how many cases went. Raises as `reset`."""
    person = _for_another(tx, house, lead, coordinator_id)
    gone = close_by(tx, house, person.id, actor(lead), now)
    desk_letters.tell_leads(tx, house, now)
    return gone


def close_by(tx: Tx, house: House, coordinator_id: str, by: str, now: datetime) -> int:
    """Close an account for good, whoever decided it: nothing signs in, no link works, no case is left with it."""
    coordinators.close_account(tx, coordinator_id, now, by=by)
    desk_store.drop_all(tx, coordinator_id)
    passwords.forget(tx, coordinator_id)
    rules.forget_person(tx, coordinator_id)
    grants.revoke_all(tx, coordinator_id, now, (Purpose.INVITE,))
    _end_sessions(tx, coordinator_id, now)
    return routing.give_anew(tx, house, coordinator_id, now)


def _for_another(tx: Tx, house: House, lead: str, coordinator_id: str) -> Coordinator:
    coordinators.need_lead(tx, lead, to_change=True)
    if coordinator_id == lead:
        raise NotForYourself
    coordinators.need_open(tx, coordinator_id)
    return coordinators.get(tx, house.keys, coordinator_id)


def _end_sessions(tx: Tx, coordinator_id: str, now: datetime) -> int:
    sessions.end_all(tx, Role.ENROL, coordinator_id, now)
    return sessions.end_all(tx, Role.DESK, coordinator_id, now)


def _send_link(
    tx: Tx, house: House, person: Coordinator, letter: str, email: str, now: datetime, *, tries: int | None = None
) -> str:
    grants.revoke_all(tx, person.id, now, (Purpose.INVITE,))
    grant = grants.issue(tx, Purpose.INVITE, person.id, now + timedelta(hours=INVITE_HOURS), now, tries=tries)
    link = ways_in.address_of(house, grant)
    desk_letters.send_invitation(tx, house, letter, person.language, email, link, INVITE_HOURS, now)
    return link
