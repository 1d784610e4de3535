"""Settings, read once from the environment. Production refuses to start half-set and names everything missing.

The only place that reads `os.environ`. Every name is also in `.env.example` and the runbook; a test compares them.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from intake.errors import SettingsIncomplete

PREFIX = "INTAKE_"
MIB = 1024 * 1024
GIB = 1024 * MIB

ENVIRONMENTS = ("production", "development")
MAIL_ROUTES = ("sendgrid", "smtp", "folder")
DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")
ORIGIN = re.compile(r"(?P<scheme>(?i:https?))://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:(?P<port>[0-9]+))?/?")
SCANNER_PLACE = re.compile(
    r"none|unix:(?P<path>/.+)|tcp:(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):(?P<port>[0-9]{1,5})"
)
USUAL_PORTS = {"https": "443", "http": "80"}
MAY_BE_ZERO = frozenset({"proxy_hops", "disk_min_free_bytes", "fastest_request_seconds", "service_max_bytes"})

# Kinds of object store, and the names under which their owners keep credentials in the environment. Those names are
# everybody's, so they are read as they are; a machine that has a role of its own needs none of them.
VAULT_KINDS = ("s3", "az", "gs")
VAULT_ACCESS = (
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
    "AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_SAS_TOKEN",
    "AZURE_STORAGE_CLIENT_ID", "AZURE_STORAGE_CLIENT_SECRET", "AZURE_STORAGE_TENANT_ID",
    "GOOGLE_SERVICE_ACCOUNT", "GOOGLE_SERVICE_ACCOUNT_KEY", "GOOGLE_APPLICATION_CREDENTIALS",
)  # fmt: skip
# An address is shown and written down: what opens the store has no place in it.
SECRET_OPTION = re.compile(
    r"(?i)secret|token|password|credential|service_account|(access|account|customer|master)_key|(^|_)sas(_|$)"
)


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
    vault_url: str = ""
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
    desk_passwords: bool = False
    mail: str = ""
    mail_from: str = ""
    mail_from_name: str = ""
    mail_reply_to: str = ""
    mail_folder: Path = Path()
    sendgrid_key: str = ""
    sendgrid_host: str = "https://api.sendgrid.com"
    sendgrid_events_key: str = ""
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_login: str = ""
    smtp_password: str = ""
    letters_a_day: int = 60
    upload_max_bytes: int = 20 * GIB
    case_max_bytes: int = 60 * GIB
    case_max_files: int = 500
    link_max_bytes: int = 60 * GIB
    link_max_files: int = 500
    service_max_bytes: int = 1024 * GIB
    plain_form_max_bytes: int = 50 * MIB
    disk_min_free_bytes: int = 2 * GIB
    fastest_request_seconds: int = 60
    scanner: str = "none"
    scanner_max_bytes: int = 2_000_000_000
    draft_days: int = 28
    upload_link_days: int = 30
    helper_links: int = 5
    helper_max_bytes: int = 10 * GIB
    helper_max_files: int = 50
    vault_access: Mapping[str, str] = field(default_factory=dict, repr=False, metadata={"theirs": True})

    @property
    def in_development(self) -> bool:
        """True only when INTAKE_ENV says so: shows /dev/mailbox and accepts the example operator file."""
        return self.env == "development"

    @property
    def host(self) -> str:
        """Host and port of the public address, as browsers send it."""
        return urlsplit(self.base_url).netloc


    @property
    def vault_place(self) -> tuple[str, dict[str, str]]:
        """The store's address without its query, and the options of the query by the store's own names."""
        address, _, query = self.vault_url.partition("?")
        return address, dict(parse_qsl(query, keep_blank_values=True))


def own_settings() -> list[Field[Any]]:
    """The fields that are set by an INTAKE_ variable of their own."""
    return [each for each in fields(Settings) if "theirs" not in each.metadata]


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
    for each in own_settings():
        text = given.get(environment_name(each.name), "").strip()
        if not text:
            continue
        try:
            values[each.name] = _coerce(each.type, text)
        except ValueError as error:
            wrong.append(f"{environment_name(each.name)}: {error}")
    values["vault_access"] = {name: given[name] for name in VAULT_ACCESS if given.get(name)}
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
        if not settings.in_development:
            need("sendgrid_events_key", "the verification key of SendGrid's signed event webhook, as it shows it")
    if settings.mail == "smtp":
        need("smtp_host", "the mail server")
    if settings.smtp_security not in ("starttls", "tls", "none"):
        faults.append("INTAKE_SMTP_SECURITY: must be starttls, tls or none")
    if not SCANNER_PLACE.fullmatch(settings.scanner):
        faults.append("INTAKE_SCANNER: must be none, unix:/path/of/its/socket or tcp:host:port")
    faults += _database_faults(settings) + _vault_faults(settings) + _number_faults(settings)
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


def _vault_faults(settings: Settings) -> list[str]:
    if not settings.vault_url:
        return []
    address, options = settings.vault_place
    kind, bucket = address.partition("://")[0], urlsplit(address).netloc
    faults = []
    if kind not in VAULT_KINDS or not bucket:
        faults.append("INTAKE_VAULT_URL: must be s3://bucket, az://container or gs://bucket, with a folder if you like")
    if "@" in bucket or any(SECRET_OPTION.search(name) for name in options):
        faults.append("INTAKE_VAULT_URL: must not hold a key or secret; give it by the store's own variable")
    if not settings.in_development and any(value.lower().startswith("http://") for value in options.values()):
        faults.append("INTAKE_VAULT_URL: its endpoint must begin with https:// in production")
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
