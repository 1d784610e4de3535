"""The house stands as it was drawn: floors, doors, and a few habits. Everything is read with `ast`; nothing is run."""

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path

import pytest

from tests.components import ROOT

# Top to bottom. A room may use itself and every lower floor, never a room beside it or above it.
FLOORS: list[set[str]] = [
    {"cli"},
    {"running"},
    {"commands", "demo"},
    {"serving", "site"},
    {"app"},
    {"web", "jobs"},
    {"services"},
    {"interop"},
    {"forms"},
    {"cases"},
    {"records", "mail", "desk", "partners", "links"},
    {"keys", "queue", "journal", "knowledge", "operator", "languages", "schema"},
    {"clock"},
    {"db"},
    {"prepared"},
    {"config"},
    {"errors"},
]
APART = "migrations"  # old schemas must not change with the code of today

# The only places that may import an outside package, or a package that is a door of its own.
SQL = [
    "db.py", "prepared.py", "schema.py", "keys.py", "queue.py", "journal.py", "*/store.py", "cases/draft.py",
    "cases/consent.py",
    "cases/agreement.py",
    "cases/call_backs.py",
    "cases/worklist.py", "cases/awaiting.py", "cases/notes.py", "cases/replies.py",
    "cases/helpers.py", "cases/viewers.py", "cases/parcels.py", "records/photo_sets.py",
    "cases/conversation.py", "cases/stays.py", "cases/partner_report.py",
    "mail/outbox.py", "mail/deliveries.py",
    "links/grants.py", "links/sessions.py", "records/parts.py", "desk/coordinators.py", "desk/openings.py",
    "records/quotas.py", "records/strays.py",
    "desk/rules.py", "desk/passwords.py",
    "migrations/*",
]  # fmt: skip
DOORS: dict[str, list[str]] = {
    "aiosmtpd": [],
    "alembic": ["schema.py", "migrations/*"],
    "argparse": ["cli.py"],
    "babel": ["languages.py"],
    "brotli": ["site/*"],
    "cryptography": ["keys.py", "desk/passwords.py", "mail/signatures.py"],
    "ctypes": ["records/confining.py", "records/refusing.py", "records/file_filling.py"],
    "email_validator": ["forms/*"],
    "flask": ["web/*", "app.py"],
    "flask_limiter": ["web/security.py"],
    "gunicorn": ["serving.py"],
    "itsdangerous": ["links/tokens.py"],
    "jinja2": ["mail/message.py", "web/drawing.py"],
    "mkdocs": ["site/*"],
    "obstore": ["records/*"],
    "phonenumbers": ["forms/*"],
    "PIL": ["records/*"],
    "pillow_heif": ["records/*"],
    "puremagic": ["records/*"],
    "pydicom": ["records/*"],
    "pypdf": ["records/*"],
    "requests": [],
    "resource": ["records/confining.py"],
    "sendgrid": ["mail/sender*.py", "mail/sendgrid_sender.py"],
    "smtplib": ["mail/*"],
    "sqlalchemy": SQL,
    "sqlite3": ["db.py"],
    "tarfile": [],
    "zipfile": [],
    "subprocess": ["running.py", "site/*", "records/*"],
    "urllib.request": [],
    "webauthn": ["desk/passkeys.py"],
    "segno": ["desk/qr.py"],
    "zxcvbn": ["desk/password_fit.py"],
    "werkzeug": ["web/*", "app.py", "forms/*", "demo.py"],
    "whitenoise": ["app.py"],
    "wtforms": ["forms/*"],
    "yaml": ["knowledge/*"],
}

# What parses strangers' files. It runs in the process apart, whose program is `bearing`; nobody else reaches for it.
PARSES_STRANGERS = {
    "records/bearing.py", "records/looking.py", "records/opening.py", "records/archive.py", "records/unpacking.py",
    "records/pdf.py", "records/word.py", "records/scan_image.py", "records/recognising.py", "records/disc.py",
    "records/confining.py", "records/pictures.py", "records/refusing.py",
}  # fmt: skip

# Calls with a door of their own.
CALLS: dict[str, list[str]] = {
    "os.environ": ["config.py", "site/build.py"],  # the site hands its environment on to MkDocs
    "os.getenv": ["config.py"],
    "datetime.now": ["clock.py"],
    "datetime.utcnow": [],
    "datetime.today": [],
    "date.today": [],
    "time.time": [],
    "print": ["cli.py", "running.py", "serving.py"],
    "Markup": ["web/security.py", "web/drawing.py"],
    "hashlib.md5": [],
    "hashlib.sha1": [],
    "pickle.loads": [],
    "eval": [],
    "exec": [],
}
TOUCHES_DISK = {"write_bytes", "write_text", "unlink", "mkdir", "rmdir", "rename", "rmtree", "fdopen", "fsync"}
MAY_TOUCH_DISK = [
    "records/vault.py", "records/file_filling.py", "keys.py", "db.py", "mail/folder_sender.py", "site/*",
    "knowledge/includes.py", "running.py",
]  # fmt: skip
SAFE_FILTERS: set[str] = set()  # templates that may say |safe

NAMED = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
LONG_FILE, LONG_FUNCTION, LONG_VIEW = 250, 40, 20


@dataclass(frozen=True)
class Module:
    """One module of the house, read and not run."""

    path: str  # from the package, such as "links/tokens.py"
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """What it says."""
        return ast.parse(self.text)

    @property
    def room(self) -> str:
        """The first part of its name."""
        return self.path.split("/")[0].removesuffix(".py")

    def imports(self) -> Iterator[tuple[str, int]]:
        """Every name it imports, with the line; relative imports begin with a dot."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level:
                yield "." * node.level + (node.module or ""), node.lineno
            elif isinstance(node, ast.ImportFrom) and node.module == "intake":
                yield from ((f"intake.{alias.name}", node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield str(node.module), node.lineno

    def may(self, places: list[str]) -> bool:
        """Whether this module is one of the places."""
        return any(fnmatch(self.path, place) for place in places)


def house() -> list[Module]:
    """Every module of the package."""
    package = ROOT / "intake"
    paths = sorted(path for path in package.rglob("*.py") if "__pycache__" not in path.parts)
    return [Module(str(path.relative_to(package)), path.read_text(encoding="utf-8")) for path in paths]


def floor_of(room: str) -> int | None:
    """How far down the room lies; None for a room that is on no floor."""
    return next((number for number, rooms in enumerate(FLOORS) if room in rooms), None)


def climbs(module: Module) -> Iterator[str]:
    """Imports that go up or sideways, or to or from what stands apart."""
    if module.room == "__init__":
        return
    here = floor_of(module.room)
    for name, line in module.imports():
        if not name.startswith("intake."):
            continue
        room = name.split(".")[1]
        if room == module.room:
            continue
        there = floor_of(room)
        if here is None or there is None or there <= here:
            yield f"{module.path}:{line} must not import {name}"


def wrong_doors(module: Module) -> Iterator[str]:
    """Packages imported in another place than their own."""
    for name, line in module.imports():
        for package, places in DOORS.items():
            if (name == package or name.startswith(package + ".")) and not module.may(places):
                yield f"{module.path}:{line} imports {package}, which belongs to {', '.join(places) or 'nobody'}"


def strangers_parsed(module: Module) -> Iterator[str]:
    """What opens strangers' files, reached from outside the process apart."""
    if module.path in PARSES_STRANGERS:
        return
    names = {"intake." + path.removesuffix(".py").replace("/", "."): path for path in PARSES_STRANGERS}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found = {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)} & names.keys()
        elif isinstance(node, ast.Import):
            found = {alias.name for alias in node.names} & names.keys()
        else:
            continue
        yield from (f"{module.path}:{node.lineno} must not import {name}: only the process apart may" for name in found)


def hidden_imports(module: Module) -> Iterator[str]:
    """Relative imports, imports inside functions, and imports for the type checker alone."""
    for name, line in module.imports():
        if name.startswith("."):
            yield f"{module.path}:{line} imports {name} relatively"
    if "TYPE_CHECKING" in module.text:
        yield f"{module.path} imports for the type checker alone"
    for outer in ast.walk(module.tree):
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(outer):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield f"{module.path}:{node.lineno} imports inside a function"


def wrong_calls(module: Module) -> Iterator[str]:
    """Clock, environment, output and weak tools used outside their doors."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Name | ast.Attribute):
            continue
        said = ast.unparse(node)
        for call, places in CALLS.items():
            if said == call and not module.may(places):
                yield f"{module.path}:{node.lineno} uses {call}, which belongs to {', '.join(places) or 'nobody'}"


def disk_touches(module: Module) -> Iterator[str]:
    """Writing to the disk in another place than the few that may."""
    if module.may(MAY_TOUCH_DISK):
        return
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        modes = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        opens_to_write = name == "open" and any(set(mode) & set("wax+") and len(mode) <= 3 for mode in modes)
        if name in TOUCHES_DISK or opens_to_write:
            yield f"{module.path}:{node.lineno} writes to the disk ({name})"


def missing_docstrings(module: Module) -> Iterator[str]:
    """Modules and public names that do not say what they promise.

    The only class of a module may leave the telling to the module, and a method of a line or two to its name.
    """
    if ast.get_docstring(module.tree) is None:
        yield f"{module.path} has no docstring"
    public = [node for node in module.tree.body if isinstance(node, NAMED) and not node.name.startswith("_")]
    methods = [
        each
        for node in public
        if isinstance(node, ast.ClassDef)
        for each in node.body
        if isinstance(each, ast.FunctionDef) and not each.name.startswith("_") and len(each.body) > 2
    ]
    classes = [node for node in public if isinstance(node, ast.ClassDef)]
    for node in [*public, *methods]:
        if ast.get_docstring(node) is None and [node] != classes:
            yield f"{module.path}:{node.lineno} {node.name} has no docstring"


RULES: dict[str, Callable[[Module], Iterator[str]]] = {
    "imports only go down": climbs,
    "each package has one door": wrong_doors,
    "only the process apart opens what strangers send": strangers_parsed,
    "imports stand at the top and are absolute": hidden_imports,
    "clock, environment and output have one door": wrong_calls,
    "few places write to the disk": disk_touches,
    "every public name says what it promises": missing_docstrings,
}


@pytest.mark.parametrize("rule", RULES)
def test_the_house_keeps_the_rule_that(rule: str) -> None:
    broken = [fault for module in house() for fault in RULES[rule](module)]
    assert not broken, "\n".join(broken)


def test_every_room_has_a_floor() -> None:
    rooms = {module.room for module in house()} - {"__init__", APART}
    assert rooms <= {room for floor in FLOORS for room in floor}


PLANTED = {
    "a domain room that imports the web": (climbs, "cases/case.py", "from intake.web import pages\n"),
    "siblings that know each other": (climbs, "mail/outbox.py", "import intake.records.vault\n"),
    "the web that reaches for a job": (climbs, "web/case.py", "from intake.jobs.worker import HANDLERS\n"),
    "a room from nowhere": (climbs, "utils/text.py", "from intake import errors\n"),
    "somebody who imports a migration": (climbs, "schema.py", "from intake.migrations import env\n"),
    "a migration that imports the code of today": (climbs, "migrations/versions/0009.py", "from intake import db\n"),
    "mail that signs": (wrong_doors, "mail/message.py", "from itsdangerous import Signer\n"),
    "SQL in a view": (wrong_doors, "web/case.py", "import sqlalchemy.orm\n"),
    "flask in the domain": (wrong_doors, "cases/case.py", "from flask import g\n"),
    "a page that opens a ZIP": (strangers_parsed, "web/records.py", "from intake.records import archive\n"),
    "a worker that reads a PDF itself": (strangers_parsed, "records/checking.py", "from intake.records.pdf import a\n"),
    "a relative import": (hidden_imports, "web/case.py", "from . import pages\n"),
    "an import inside a function": (hidden_imports, "web/case.py", "def f():\n    import os\n"),
    "types alone": (hidden_imports, "web/case.py", "from typing import TYPE_CHECKING\n"),
    "another clock": (wrong_calls, "cases/case.py", "from datetime import datetime\nx = datetime.now()\n"),
    "another reader of the environment": (wrong_calls, "web/case.py", "import os\nx = os.environ['A']\n"),
    "words on the terminal": (wrong_calls, "cases/case.py", "print('Maria')\n"),
    "a weak digest": (wrong_calls, "records/checking.py", "import hashlib\nhashlib.md5(b'')\n"),
    "a file written past the vault": (disk_touches, "records/parts.py", "path.open('wb')\n"),
    "a file removed past the vault": (disk_touches, "web/records.py", "path.unlink()\n"),
    "a silent function": (missing_docstrings, "cases/case.py", '"""Says."""\ndef open_case(): ...\n'),
}


@pytest.mark.parametrize("what", PLANTED)
def test_these_rules_would_see(what: str) -> None:
    rule, path, text = PLANTED[what]
    assert list(rule(Module(path, text)))


def test_no_template_trusts_a_text_blindly() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        name = str(path.relative_to(ROOT / "templates"))
        text = path.read_text(encoding="utf-8")
        if not name.startswith("site/") and name not in SAFE_FILTERS:  # MkDocs escapes nothing: its pages are ours
            assert "|safe" not in text.replace(" ", ""), name
            assert "autoescape false" not in text, name


def test_the_linter_has_nothing_to_say() -> None:
    told = subprocess.run([sys.executable, "-m", "ruff", "check", "."], cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout


def test_sizes_at_a_glance(capsys: pytest.CaptureFixture[str]) -> None:
    """Never fails: these are figures to look at in review, with the question which subject is hiding."""
    told = [line for module in house() for line in long_things(module)]
    with capsys.disabled():
        print("".join(f"\n  at a glance: {line}" for line in told))


def long_things(module: Module) -> Iterator[str]:
    """Files, functions and views that are longer than they usually need to be."""
    length = len(module.text.splitlines())
    if length > LONG_FILE:
        yield f"{module.path} has {length} lines"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef) and module.room != APART:
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            is_view = any("route" in ast.unparse(each) for each in node.decorator_list)
            limit = LONG_VIEW if is_view else LONG_FUNCTION
            if lines > limit:
                yield f"{module.path} {node.name} has {lines} lines" + (", and is a view" if is_view else "")


def test_the_tree_holds_nothing_that_names_its_builders_machine() -> None:
    places = ("/work" + "/", "/tmp" + "/", "/root" + "/")
    for path in [*ROOT.glob("*.md"), *ROOT.glob("*.toml"), ROOT / "Makefile", *sources()]:
        text = path.read_text(encoding="utf-8")
        assert not [place for place in places if place in text], path


def sources() -> list[Path]:
    """What we wrote, wherever it stands."""
    folders = ("intake", "tests", "templates", "docs", "ops")
    kinds = {".py", ".html", ".md", ".yaml", ".yml", ".toml", ".js", ".css", ".sh", ".txt"}
    found = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in kinds]
    return [path for path in found if "node_modules" not in path.parts and path.is_file()]
