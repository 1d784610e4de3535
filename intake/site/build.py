"""Builds the guidance site with MkDocs and puts it in the place of the old one in a single step.

The old site stays until the new one is whole. What the pages say is not judged here: the tests of the site do that.
"""

import gzip
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import brotli

from intake import knowledge as knowledge_package
from intake.errors import SiteBroken
from intake.knowledge.facts import Knowledge
from intake.operator import Operator
from intake.site import addresses, editions, fragments, names, questions, search, strict, styles
from intake.site.editions import Edition
from intake.site.pages import make_pages

MADE_WITH = ("mkdocs", "mkdocs-material", "brotli")
TEXT = {".css", ".html", ".js", ".json", ".svg", ".txt", ".xml"}
PACKERS = {".br": brotli.compress, ".gz": lambda content: gzip.compress(content, 9, mtime=0)}
HERE = "http://localhost:8000"


def build_site(operator: Operator, knowledge: Knowledge, target: Path, source: Path, address: str = HERE) -> None:
    """Build the site from the tree at `source` and make `target` lead to it, in one step that cannot be half done.

    `target` becomes a symbolic link to a folder beside it, named after what it was built from. Whoever serves
    it should hold on to `target.resolve()`: the build before this one is kept, older ones go. `address` is the
    public origin, for the site map and canonical links. Raises SiteBroken, and then the old site stays.
    """
    finished = _finished(operator, knowledge, target, source, address)
    if target.exists() and not target.is_symlink():
        raise SiteBroken(f"{target} is a folder that we did not make. Move it away, or choose another place.")
    finished.parent.mkdir(parents=True, exist_ok=True)
    offered = editions.offered(source)
    with tempfile.TemporaryDirectory(prefix=".site-", dir=finished.parent) as scratch:
        pages = Path(scratch, "pages")
        # English first: MkDocs empties the folder that it writes into, and the others stand inside.
        for edition in offered:
            codes = " ".join(each.code for each in offered)
            fragments.write_includes(operator, knowledge, source / edition.pages / "includes", edition.code)
            make_pages(edition, operator, source, pages / edition.folder, address.rstrip("/"), codes)
            _dress(edition, source, pages / edition.folder)
        _compress(pages)
        if finished.exists():
            shutil.rmtree(finished)
        pages.rename(finished)
    _lead_to(target, finished)


def _dress(edition: Edition, source: Path, pages: Path) -> None:
    """Make what MkDocs wrote for one language small, strict and findable."""
    addresses.write_moved(source, pages, edition)
    questions.add_questions(pages)
    search.write_index(pages)
    styles.write_styles(pages)
    strict.make_strict(pages)
    names.name_by_content(pages)
    (pages / "sitemap.xml.gz").unlink(missing_ok=True)
    if edition.folder:  # what stands at the root speaks for all languages
        (pages / "sitemap.xml").unlink()
        (pages / "robots.txt").unlink()


def needs_building(
    operator: Operator, knowledge: Knowledge, target: Path, source: Path, address: str = HERE
) -> bool:
    """Whether anything that the site at `target` was built from has changed since, or nothing was built yet."""
    finished = _finished(operator, knowledge, target, source, address)
    return target.resolve() != finished.resolve() or not (finished / "index.html").is_file()


def _finished(operator: Operator, knowledge: Knowledge, target: Path, source: Path, address: str) -> Path:
    """The folder that a build from exactly these sources ends up in."""
    digest = hashlib.sha256()
    for part in (repr(operator), repr(knowledge), address, *map(version, MADE_WITH)):
        digest.update(f"{part}\0".encode())
    for path in _source_files(source):
        digest.update(f"{path.name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return target.absolute().parent / f"{target.name}-{digest.hexdigest()[:16]}"


def _source_files(source: Path) -> Iterator[Path]:
    """Pages, theme and settings; and this program too, as a change in it changes what is built."""
    roots = [*sorted(source.glob("mkdocs*.yml")), source / addresses.FILE, source / "templates/site"]
    roots += [source / "docs" / edition.code for edition in editions.offered(source)]
    roots += [Path(__file__).parent, Path(knowledge_package.__file__).parent]
    for root in roots:
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file() and not {"__pycache__", "includes"} & set(path.parts):
                yield path


def _compress(pages: Path) -> None:
    """Packed twins beside each text file, where they save something."""
    for path in sorted(pages.rglob("*")):
        if path.suffix in TEXT and path.is_file():
            content = path.read_bytes()
            for suffix, pack in PACKERS.items():
                packed = pack(content)
                if len(packed) < len(content):
                    path.with_name(path.name + suffix).write_bytes(packed)


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
