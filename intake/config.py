"""Settings, read once from the environment. Production refuses to start half-set and names everything missing.

The only place that reads `os.environ`. Every name is also in `.env.example` and the runbook; a test compares them.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from intake.errors import SettingsIncomplete

PREFIX = "INTAKE_"
MIB = 1024 * 1024
GIB = 1024 * MIB

ENVIRONMENTS = ("production", "development")
MAIL_ROUTES = ("sendgrid", "smtp", "folder")
DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")
ORIGIN = re.compile(r"(?P<scheme>(?i:https?))://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:(?P<port>[0-9]+))?/?")
USUAL_PORTS = {"https": "443", "http": "80"}
MAY_BE_ZERO = frozenset({"proxy_hops", "disk_min_free_bytes", "fastest_request_seconds"})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator can set. Defaults are the production ones; units are in the names."""

    env: str = "production"
    base_url: str = ""
    var: Path = Path("var")
    database_url: str = ""
    keys_url: str = ""
    key_ring: Path = Path()
    vault: Path = Path()
    site: Path = Path()
    operator_file: Path = Path("operator.toml")
    templates: Path = Path("templates")
    bind: str = "127.0.0.1"
    port: int = 8000
    threads: int = 24
    upload_threads: int = 8
    proxy_hops: int = 0
    rate_limits: bool = True
    limits_url: str = "memory://"
    mail: str = ""
    mail_from: str = ""
    mail_from_name: str = ""
    mail_reply_to: str = ""
    mail_folder: Path = Path()
    sendgrid_key: str = ""
    sendgrid_host: str = "https://api.sendgrid.com"
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_login: str = ""
    smtp_password: str = ""
    upload_max_bytes: int = 20 * GIB
    case_max_bytes: int = 60 * GIB
    case_max_files: int = 500
    plain_form_max_bytes: int = 50 * MIB
    disk_min_free_bytes: int = 2 * GIB
    fastest_request_seconds: int = 60
    draft_days: int = 28
    upload_link_days: int = 30
    helper_links: int = 5
    helper_max_bytes: int = 10 * GIB
    helper_max_files: int = 50

    @property
    def in_development(self) -> bool:
        """True only when INTAKE_ENV says so: shows /dev/mailbox and accepts the example operator file."""
        return self.env == "development"

    @property
    def host(self) -> str:
        """Host and port of the public address, as browsers send it."""
        return urlsplit(self.base_url).netloc


def environment_name(field: str) -> str:
    """The environment variable of a settings field."""
    return PREFIX + field.upper()


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from `environ` (the process's by default).

    Raises SettingsIncomplete naming every missing or wrong setting at once.
    """
    given = dict(os.environ if environ is None else environ)
    values: dict[str, object] = {}
    wrong: list[str] = []
    for field in fields(Settings):
        text = given.get(environment_name(field.name), "").strip()
        if not text:
            continue
        try:
            values[field.name] = _coerce(field.type, text)
        except ValueError as error:
            wrong.append(f"{environment_name(field.name)}: {error}")
    settings = _with_places(Settings(**values))  # type: ignore[arg-type]  # coerced by the field's own type above
    wrong += _faults(settings)
    if wrong:
        raise SettingsIncomplete(wrong)
    return settings


def _coerce(kind: object, text: str) -> object:
    if kind is int:
        if not text.lstrip("-").isdigit():
            raise ValueError("must be a whole number")
        return int(text)
    if kind is bool:
        if text.lower() not in ("on", "off"):
            raise ValueError("must be on or off")
        return text.lower() == "on"
    if kind is Path:
        return Path(text)
    return text


def _with_places(settings: Settings) -> Settings:
    """Fill what follows from `var`, so that one setting moves the whole state of the service."""
    var = settings.var.absolute()
    blank = Path()
    follow: dict[str, object] = {
        "var": var,
        "base_url": _as_browsers_say(settings.base_url),
        "database_url": settings.database_url or f"sqlite:///{var / 'intake.db'}",
        "keys_url": settings.keys_url or f"sqlite:///{var / 'keys.db'}",
        "key_ring": var / "key-ring.json" if settings.key_ring == blank else settings.key_ring.absolute(),
        "vault": var / "vault" if settings.vault == blank else settings.vault.absolute(),
        "site": var / "site" if settings.site == blank else settings.site.absolute(),
        "mail_folder": var / "mailbox" if settings.mail_folder == blank else settings.mail_folder.absolute(),
        "operator_file": settings.operator_file.absolute(),
        "templates": settings.templates.absolute(),
    }
    if settings.in_development:
        follow["base_url"] = follow["base_url"] or f"http://localhost:{settings.port}"
        follow["mail"] = settings.mail or "folder"
        follow["mail_from"] = settings.mail_from or "intake@example.org"
        follow["mail_reply_to"] = settings.mail_reply_to or "desk@example.org"
    return Settings(**{f.name: follow.get(f.name, getattr(settings, f.name)) for f in fields(Settings)})


def _as_browsers_say(address: str) -> str:
    """An address without the slash, capitals or usual port that browsers leave out; another stays, to be refused."""
    found = ORIGIN.fullmatch(address)
    if found is None:
        return address
    scheme, host, port = found["scheme"].lower(), found["host"].lower(), found["port"]
    return f"{scheme}://{host}" if port in (None, USUAL_PORTS[scheme]) else f"{scheme}://{host}:{port}"


def _faults(settings: Settings) -> list[str]:
    faults: list[str] = []

    def need(name: str, why: str) -> None:
        if not getattr(settings, name):
            faults.append(f"{environment_name(name)}: {why}")

    if settings.env not in ENVIRONMENTS:
        faults.append("INTAKE_ENV: must be production or development")
    need("base_url", "the public address, such as https://opinion.example.org")
    if settings.base_url and not ORIGIN.fullmatch(settings.base_url):
        faults.append("INTAKE_BASE_URL: must be scheme and host alone, such as https://opinion.example.org")
    need("mail", "how letters leave: sendgrid, smtp or (development only) folder")
    need("mail_from", "the address that letters come from")
    need("mail_reply_to", "a mailbox that people read, for answers to letters")
    if settings.mail and settings.mail not in MAIL_ROUTES:
        faults.append("INTAKE_MAIL: must be sendgrid, smtp or folder")
    if settings.mail == "sendgrid":
        need("sendgrid_key", "the SendGrid API key")
    if settings.mail == "smtp":
        need("smtp_host", "the mail server")
    if settings.smtp_security not in ("starttls", "tls", "none"):
        faults.append("INTAKE_SMTP_SECURITY: must be starttls, tls or none")
    faults += _database_faults(settings) + _number_faults(settings)
    if not settings.in_development:
        faults += _production_faults(settings)
    return faults


def _database_faults(settings: Settings) -> list[str]:
    faults = [
        f"{environment_name(name)}: must begin with sqlite:/// or postgresql://"
        for name in ("database_url", "keys_url")
        if getattr(settings, name).partition("://")[0] not in DATABASES
    ]
    if settings.keys_url == settings.database_url:
        faults.append("INTAKE_KEYS_URL: must be another database than INTAKE_DATABASE_URL: its back-ups go sooner")
    return faults


def _number_faults(settings: Settings) -> list[str]:
    numbers = {field.name: getattr(settings, field.name) for field in fields(Settings) if field.type is int}
    faults = [
        f"{environment_name(name)}: must be {'0' if name in MAY_BE_ZERO else '1'} or more"
        for name, number in numbers.items()
        if number < (0 if name in MAY_BE_ZERO else 1)
    ]
    too_high = [name for name in ("port", "smtp_port") if numbers[name] > 65535]
    return faults + [f"{environment_name(name)}: must be at most 65535" for name in too_high]


def _production_faults(settings: Settings) -> list[str]:
    faults: list[str] = []
    if settings.base_url and not settings.base_url.startswith("https://"):
        faults.append("INTAKE_BASE_URL: must begin with https:// in production")
    if settings.mail == "folder":
        faults.append("INTAKE_MAIL: a folder sends nothing; use sendgrid or smtp in production")
    if settings.smtp_security == "none" and settings.mail == "smtp":
        faults.append("INTAKE_SMTP_SECURITY: must be starttls or tls in production")
    if not settings.rate_limits:
        faults.append("INTAKE_RATE_LIMITS: must be on in production")
    return faults
