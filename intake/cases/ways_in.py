"""The links that a draft or a case gives out: which grants, how long, and the address a letter carries.

A link is a pointer to a grant; this page only decides who gets which.
"""

from datetime import datetime, timedelta

from intake.cases import store
from intake.cases.case import Case
from intake.cases.draft import Draft
from intake.cases.house import House
from intake.db import Tx
from intake.links import grants
from intake.links.grants import Grant
from intake.links.tokens import Purpose
from intake.records import store as records

ADDRESS_TRIES = 10
AGREE_LINK_DAYS = 28
TRIES_PAUSE = timedelta(hours=1)


def address_of(house: House, grant: Grant) -> str:
    """The full address of a grant's link, on the public address from the settings, never from a request."""
    return f"{house.settings.base_url}/l/{house.tokens.sign(grant.purpose, grant.id, grant.generation)}"


def draft_link(tx: Tx, house: House, draft: Draft, purpose: Purpose, now: datetime) -> str:
    """A fresh CONFIRM or RESUME link of a draft; the one sent before stops working."""
    until = now + timedelta(days=house.settings.draft_days)
    return address_of(house, _fresh(tx, purpose, draft.id, until, now, tries=ADDRESS_TRIES))


def known_way_back(tx: Tx, house: House, draft: Draft, now: datetime) -> str | None:
    """The RESUME link of a draft that was sent to its address before, good for as long as the draft is now; a fresh one
    where only a CONFIRM link was sent. None if no link ever went to this address.
    """
    sent = grants.given(tx, Purpose.RESUME, draft.id)
    if sent is not None:
        grants.prolong(tx, Purpose.RESUME, draft.id, draft.expires_at)
        return address_of(house, sent)
    return draft_link(tx, house, draft, Purpose.RESUME, now) if grants.given(tx, Purpose.CONFIRM, draft.id) else None


def case_link(tx: Tx, house: House, case: Case, now: datetime) -> str:
    """A fresh link to the requester's own pages of a case; the one sent before stops working."""
    return address_of(house, _fresh(tx, Purpose.CASE, case.id, case.purge_at, now, tries=ADDRESS_TRIES))


def current_case_link(tx: Tx, house: House, case: Case, now: datetime) -> str:
    """The link to a case that already stands, so that earlier letters keep working; a fresh one if there is none."""
    standing = grants.standing(tx, Purpose.CASE, case.id, now)
    return address_of(house, standing) if standing else case_link(tx, house, case, now)


def agree_link(tx: Tx, house: House, case: Case, now: datetime) -> str:
    """A fresh link for an adult patient to say yes or no herself; the one sent before stops working."""
    until = now + timedelta(days=AGREE_LINK_DAYS)
    return address_of(house, _fresh(tx, Purpose.AGREE, case.id, until, now, tries=ADDRESS_TRIES))


def upload_grant(tx: Tx, house: House, case: Case, now: datetime) -> Grant:
    """The standing grant to send records for a case, or a new one for what the case has room for.

    Holds the case: two who ask at once must not get a quota each.
    """
    store.case_by_id(tx, case.id, to_change=True)
    standing = grants.standing(tx, Purpose.UPLOAD, case.id, now)
    if standing is not None:
        return standing
    until = now + timedelta(days=house.settings.upload_link_days)
    files, bytes_ = records.held(tx, case.id)
    lent_files, lent_bytes = grants.promised(tx, Purpose.HELPER, case.id, now)
    settings = house.settings
    limits = {
        "files": max(0, min(settings.link_max_files, settings.case_max_files - files - lent_files)),
        "bytes_": max(0, min(settings.link_max_bytes, settings.case_max_bytes - bytes_ - lent_bytes)),
    }
    return grants.issue(tx, Purpose.UPLOAD, case.id, until, now, **limits)


def upload_link(tx: Tx, house: House, case: Case, now: datetime) -> str:
    """The link to send records for a case."""
    return address_of(house, upload_grant(tx, house, case, now))


def fresh_upload_link(tx: Tx, house: House, case: Case, now: datetime) -> str:
    """The same link with its full time from now on: it never breaks off what somebody is sending at this moment."""
    grant = upload_grant(tx, house, case, now)
    grants.prolong(tx, Purpose.UPLOAD, case.id, now + timedelta(days=house.settings.upload_link_days))
    return address_of(house, grant)


def _fresh(tx: Tx, purpose: Purpose, subject: str, until: datetime, now: datetime, *, tries: int) -> Grant:
    standing = grants.standing(tx, purpose, subject, now)
    if standing is None:
        return grants.issue(tx, purpose, subject, until, now, tries=tries)
    return grants.replace(tx, standing.id, until, now)
