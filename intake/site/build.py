"""Builds the guidance site with MkDocs and puts it in the place of the old one in a single step.

The old site stays until the new one is whole. What the pages say is not judged here: the tests of the site do that.
"""

import gzip
import hashlib
import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from intake import knowledge as knowledge_package
from intake.errors import SiteBroken
from intake.knowledge.facts import Knowledge
from intake.operator import Operator
from intake.site import fragments, strict

INCLUDES = Path("docs/en/includes")
SOURCES = ("mkdocs.yml", "docs/en", "templates/site")
TEXT = {".css", ".html", ".js", ".json", ".svg", ".txt", ".xml"}
SECONDS = 300


def build_site(operator: Operator, knowledge: Knowledge, target: Path, source: Path, address: str = "") -> None:
    """Build the site from the tree at `source` and make `target` lead to it, in one step that cannot be half done.

    `target` becomes a symbolic link to a folder beside it, named after what it was built from. Whoever serves
    it should hold on to `target.resolve()`: the build before this one is kept, older ones go. `address` is the
    public origin, for the site map and canonical links. Raises SiteBroken, and then the old site stays.
    """
    finished = _finished(operator, knowledge, target, source, address)
    if target.exists() and not target.is_symlink():
        raise SiteBroken(f"{target} is a folder that we did not make. Move it away, or choose another place.")
    finished.parent.mkdir(parents=True, exist_ok=True)
    fragments.write_includes(operator, knowledge, source / INCLUDES)
    with tempfile.TemporaryDirectory(prefix=".site-", dir=finished.parent) as scratch:
        pages = Path(scratch, "pages")
        _run_mkdocs(operator, source, pages, address)
        strict.make_strict(pages)
        _tidy(pages, address)
        _compress(pages)
        if finished.exists():
            shutil.rmtree(finished)
        pages.rename(finished)
    _lead_to(target, finished)


def needs_building(
    operator: Operator, knowledge: Knowledge, target: Path, source: Path, address: str = ""
) -> bool:
    """Whether anything that the site at `target` was built from has changed since, or nothing was built yet."""
    finished = _finished(operator, knowledge, target, source, address)
    return target.resolve() != finished.resolve() or not (finished / "index.html").is_file()


def _finished(operator: Operator, knowledge: Knowledge, target: Path, source: Path, address: str) -> Path:
    """The folder that a build from exactly these sources ends up in."""
    digest = hashlib.sha256()
    for part in (repr(operator), repr(knowledge), address, version("mkdocs"), version("mkdocs-material")):
        digest.update(f"{part}\0".encode())
    for path in _source_files(source):
        digest.update(f"{path.name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return target.absolute().parent / f"{target.name}-{digest.hexdigest()[:16]}"


def _source_files(source: Path) -> Iterator[Path]:
    """Pages, theme and settings; and this program too, as a change in it changes what is built."""
    roots = [source / name for name in SOURCES]
    roots += [Path(__file__).parent, Path(knowledge_package.__file__).parent]
    for root in roots:
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file() and "__pycache__" not in path.parts and not path.is_relative_to(source / INCLUDES):
                yield path


def _run_mkdocs(operator: Operator, source: Path, pages: Path, address: str) -> None:
    """Strict, quiet, and with nothing of our own environment: MkDocs has no business with our secrets."""
    environment = {
        "NO_MKDOCS_2_WARNING": "1",
        "PYTHONUTF8": "1",
        "SITE_NAME": operator.service.name,
        "SITE_URL": address.rstrip("/") + "/" if address else "",
        "SITE_FOOT": _foot(operator),
    }
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(pages)]
    try:
        done = subprocess.run(  # noqa: S603 (our own words, no shell)
            command, cwd=source, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as wrong:
        raise SiteBroken(f"MkDocs did not run: {wrong}") from None
    if done.returncode:
        raise SiteBroken("MkDocs says:\n" + (done.stderr + done.stdout).strip()[-3000:])


def _foot(operator: Operator) -> str:
    """The same way to reach us, at the same place, on every page."""
    contact = operator.contact
    dial = re.sub(r"[^+\d]", "", contact.telephone)
    legal_name, telephone, email = map(
        html.escape, (operator.service.legal_name, contact.telephone, contact.email)
    )
    return f'{legal_name} · <a href="tel:{dial}">{telephone}</a> · <a href="mailto:{email}">{email}</a>'


def _tidy(pages: Path, address: str) -> None:
    """A site map needs full addresses; without one it would be a list of nothing."""
    (pages / "sitemap.xml.gz").unlink(missing_ok=True)
    if not address:
        (pages / "sitemap.xml").unlink(missing_ok=True)


def _compress(pages: Path) -> None:
    """A packed twin beside each text file, where that saves something."""
    for path in sorted(pages.rglob("*")):
        if path.suffix in TEXT and path.is_file():
            packed = gzip.compress(path.read_bytes(), 9, mtime=0)
            if len(packed) < path.stat().st_size:
                path.with_name(f"{path.name}.gz").write_bytes(packed)


def _lead_to(target: Path, finished: Path) -> None:
    """Point `target` at the finished folder. A symbolic link can be replaced in one step; a folder cannot."""
    before = target.resolve() if target.is_symlink() else None
    fresh = target.with_name(f".{target.name}-link")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(finished.name, target_is_directory=True)
    os.replace(fresh, target)
    for folder in target.absolute().parent.glob(f"{target.name}-*"):
        ours = re.fullmatch(rf"{re.escape(target.name)}-[0-9a-f]{{16}}", folder.name)
        if ours and folder.resolve() not in (finished.resolve(), before):
            shutil.rmtree(folder, ignore_errors=True)
