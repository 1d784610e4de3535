"""What operators can ask for: each command as one verb, free of parsing and printing."""

import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from intake import journal, schema
from intake.cases import accounts, partner_report, retention
from intake.cases.retention import Purged
from intake.config import Settings, environment_name
from intake.db import Database
from intake.desk import coordinators
from intake.desk.coordinators import DeskRole
from intake.errors import NobodyThere, ScannerDown, ScannerMissing, SettingsIncomplete, VaultAway
from intake.jobs import check_record
from intake.journal import Event
from intake.keys import KeyRing
from intake.mail import deliveries
from intake.mail.checkup import checkup
from intake.partners import store as partners
from intake.partners.store import Partner
from intake.records.vault import prove
from intake.services import Services

# The harmless file that every scanner knows (EICAR), in two pieces, so that no scanner takes this one for it.
SCANNER_TEST = b"".join((rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-", b"ANTIVIRUS-TEST-FILE!$H+H*"))
PROOF_SECONDS = 10  # a store that is slower than this is as good as away while we start
log = logging.getLogger(__name__)


def make_keys(settings: Settings) -> bool:
    """Make the key ring if there is none. False if it was there."""
    if settings.key_ring.exists():
        return False
    KeyRing.create(settings.key_ring)
    return True


def migrate(settings: Settings) -> None:
    """Bring both databases to the schema of this release."""
    for name, history in (("database_url", schema.MAIN), ("keys_url", schema.KEYS)):
        database = Database(getattr(settings, name))
        database.need_answer(environment_name(name))
        schema.migrate(database, history)
        database.dispose()


def need_ready(services: Services) -> None:
    """Raise unless both databases answer at the schema of this release, and the key ring opens what they hold.

    SettingsIncomplete, SchemaOutdated or KeyRingUnfit say what an operator can do.
    """
    services.database.need_answer(environment_name("database_url"))
    services.keys.database.need_answer(environment_name("keys_url"))
    schema.need_newest(services.database)
    schema.need_newest(services.keys.database, schema.KEYS)
    services.keys.need_ring()


def need_vault(services: Services) -> None:
    """Raise VaultUnfit unless records can be written, read and removed, and nothing written over.

    A store that is only away for now is no reason to keep site, form and desk away too: `/readyz` names it. Not to be
    called in a process that forks afterwards: what speaks to a store does not survive that.
    """
    proof = ThreadPoolExecutor(1, "intake-proof")
    try:
        proof.submit(prove, services.vault).result(PROOF_SECONDS)
    except (VaultAway, TimeoutError):
        log.error("the vault does not answer; starting without it")
    finally:
        proof.shutdown(wait=False)


def need_pages(services: Services) -> None:
    """Raise SettingsIncomplete, naming both at once, unless the templates are there and, in production, the site."""
    settings, missing = services.settings, []
    if not settings.in_development and not (settings.site / "index.html").is_file():
        missing.append(f"INTAKE_SITE: there is no built site at {settings.site}; run: intake site")
    if not (settings.templates / "base.html").is_file():
        missing.append(f"INTAKE_TEMPLATES: there are no templates at {settings.templates}")
    if missing:
        raise SettingsIncomplete(missing)


def invite(services: Services, name: str, email: str, language: str, *, lead: bool = False) -> str:
    """Invite a coordinator, or a lead: a letter goes out and the same link comes back. It works once, for 24 hours.

    Somebody who has an account keeps their role.
    """
    role = DeskRole.LEAD if lead else DeskRole.COORDINATOR
    with services.database.transaction() as tx:
        return accounts.invite(tx, services, name, email, language, services.clock(), role=role)


def change_coordinator(services: Services, what: str, email: str) -> int:
    """Do to the account of an address what an operator asks: lead, coordinator, sign-out or close.

    Returns how many sessions ended, or how many cases went to others. Raises NobodyThere.
    """
    now = services.clock()
    with services.database.transaction() as tx:
        person = coordinators.with_address(tx, services.keys, services.ring, email)
        if person is None:
            raise NobodyThere
        if what == "sign-out":
            return accounts.sign_out_by(tx, person.id, accounts.OPERATOR, now)
        if what == "close":
            return accounts.close_by(tx, services, person.id, accounts.OPERATOR, now)
        coordinators.set_role(tx, person.id, DeskRole(what), accounts.OPERATOR, now)
    return 0


def add_partner(services: Services, slug: str, name: str) -> Partner:
    """Register the name that a partner uses in links. Raises SlugUnfit, PartnerKnown."""
    now = services.clock()
    with services.database.transaction() as tx:
        journal.write(tx, Event.PARTNER_ADDED, now, actor="operator", partner=slug[:60])
        return partners.add(tx, slug, name, now)


def report_partners(services: Services, months: int) -> list[str]:
    """What came by each partner in the last whole months, a line each, with its columns named first."""
    with services.database.read() as tx:
        rows = partner_report.report(tx, months, services.clock())
    told = [("partner", "month", "starts", "cases", "reports", "median days")]
    told += [(row.slug, row.month, *map(_or_few, (row.starts, row.cases, row.reports, row.days))) for row in rows]
    return ["\t".join(line) for line in told]


def _or_few(count: int | None) -> str:
    return "too few" if count is None else str(count)


def anybody_enrolled(services: Services) -> bool:
    """Whether a coordinator can sign in."""
    with services.database.read() as tx:
        return bool(coordinators.enrolled(tx, services.keys))


def purge(services: Services) -> Purged:
    """Forget every draft and case whose time is over, now instead of at the worker's next round."""
    return retention.purge(services.database, services.keys, services.vault, services.clock())


def replay_mail(services: Services, days: int, *, overdue: bool = False) -> int:
    """Try again what was given up and was written within so many days; with `overdue` also what left and was not heard
    of for hours. Addresses at which nothing arrived get another chance. Returns how many letters were put in.
    """
    now = services.clock()
    with services.database.transaction() as tx:
        lost = deliveries.lost_since(tx, now - timedelta(days=days), overdue_at=now if overdue else None)
        return deliveries.replay(tx, lost, now)


def recheck(services: Services) -> int:
    """Put in another check of every record that was held for want of a scanner; returns how many.

    Raises ScannerMissing, ScannerDown.
    """
    if services.settings.scanner == "none":
        raise ScannerMissing
    if not services.scanner.answers():
        raise ScannerDown
    return check_record.recheck(services, sys.maxsize, unscanned=True)


def examine(services: Services) -> list[str]:
    """What an operator should know of virus scanner and mail: whether they work, and what to do if not."""
    return [*_scanner_says(services), *checkup(services.settings)]


def _scanner_says(services: Services) -> list[str]:
    if services.settings.scanner == "none":
        return ["There is no virus scanner: every record is held as not scanned."]
    try:
        said = services.scanner.scan("", len(SCANNER_TEST), lambda start, stop: iter([SCANNER_TEST]))
    except ScannerDown:
        return ["The virus scanner does not answer. Checks wait for it."]
    if said.reason != "infected":
        return ["The virus scanner answers, but does not find its test file: has it signatures? Run freshclam."]
    return ["The virus scanner answers and finds its test file."]


def verify_journal(services: Services) -> int | None:
    """The number of the first broken line of the journal, or None."""
    with services.database.read() as tx:
        return journal.first_broken(tx)
