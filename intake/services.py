"""Services: everything made once at the start and handed to views, jobs and commands."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from intake.clock import Clock, now
from intake.config import Settings
from intake.db import Database
from intake.errors import OperatorFileBroken
from intake.keys import KeyRing, KeyStore
from intake.knowledge.reader import Knowledge, read_knowledge
from intake.languages import Languages
from intake.links.tokens import Tokens
from intake.mail.message import Letters
from intake.mail.sender import Sender, make_sender
from intake.operator import Operator, blanks, read_operator
from intake.records.clamd import make_scanner
from intake.records.scanner import Scanner
from intake.records.store_vault import StoreVault, open_store
from intake.records.vault import DirectoryVault, Vault

# The files that ship with the code do not change while a process lives, and reading them takes a tenth of a second.
shipped_knowledge = cache(read_knowledge)


@dataclass(frozen=True, slots=True)
class Services:
    """What a request or a job may reach for."""

    settings: Settings
    operator: Operator
    knowledge: Knowledge
    languages: Languages
    ring: KeyRing
    keys: KeyStore
    database: Database
    vault: Vault
    letters: Letters
    sender: Sender
    tokens: Tokens
    scanner: Scanner
    clock: Clock = now

    def close(self) -> None:
        """Let go of every connection."""
        self.database.dispose()
        self.keys.database.dispose()


def make_vault(settings: Settings) -> Vault:
    """The vault that the settings name: a store if they give its address, else a directory. Raises VaultUnfit."""
    if not settings.vault_url:
        return DirectoryVault(settings.vault)
    address, options = settings.vault_place
    store = open_store(address, options | dict(settings.vault_access), allow_http=settings.in_development)
    return StoreVault(store)


def make_services(settings: Settings, now: Clock = now) -> Services:
    """Build the services from settings. Raises OperatorFileBroken for blanks that production may not have."""
    operator = read_operator(settings.operator_file)
    if not settings.in_development and (missing := blanks(operator)):
        raise OperatorFileBroken(missing)
    ring = KeyRing.load(settings.key_ring)
    languages = Languages()
    return Services(
        settings=settings,
        operator=operator,
        knowledge=shipped_knowledge(),
        languages=languages,
        ring=ring,
        keys=KeyStore(Database(settings.keys_url), ring),
        database=Database(settings.database_url),
        vault=make_vault(settings),
        letters=Letters(Path(settings.templates) / "letters", languages, operator),
        sender=make_sender(settings, operator.service.name),
        tokens=Tokens(ring.signing_secrets(), settings.host),
        scanner=make_scanner(settings),
        clock=now,
    )
