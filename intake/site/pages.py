"""Runs the program that turns Markdown into pages, strictly and with nothing of our own environment."""

import html
import re
import subprocess
import sys
from pathlib import Path

from intake.errors import SiteBroken
from intake.operator import Operator
from intake.site.editions import Edition

SECONDS = 300


def make_pages(
    edition: Edition, operator: Operator, source: Path, into: Path, origin: str, languages: str,
    *, program: str = "mkdocs",
) -> None:  # fmt: skip
    """Build one language from the tree at `source` into a folder. `languages` are the codes of all that are offered.

    `program` is a module that reads settings as MkDocs does. Raises SiteBroken with what it complained about.
    """
    environment = {
        "NO_MKDOCS_2_WARNING": "1",
        "DISABLE_MKDOCS_2_WARNING": "true",
        "PYTHONUTF8": "1",
        "SITE_NAME": operator.service.name,
        "SITE_ORIGIN": origin,
        "SITE_URL": f"{origin}/{edition.folder}/".replace(f"{origin}//", f"{origin}/"),
        "SITE_LANGUAGES": languages,
        "SITE_FOOT": _foot(operator),
    }
    command = [sys.executable, "-m", program, "build", "--strict", "--quiet", "--config-file", edition.settings]
    command += ["--site-dir", str(into)]
    try:
        done = subprocess.run(  # noqa: S603 (our own words, no shell)
            command, cwd=source, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as wrong:
        raise SiteBroken(f"{program} did not run: {wrong}") from None
    if done.returncode:
        raise SiteBroken(f"{program} says:\n" + (done.stderr + done.stdout).strip()[-3000:])
    for path in into.rglob("*.html"):
        path.write_text(_tidy(path.read_text(encoding="utf-8")), encoding="utf-8")


def _tidy(page: str) -> str:
    """Without the space at ends of lines that templates leave, except where space is part of the text."""
    parts = re.split(r"(<pre\b.*?</pre>)", page.strip() + "\n", flags=re.DOTALL)
    parts[::2] = [re.sub(r"\s*[ \t]*\n([ \t]*)", r"\n\1", part) for part in parts[::2]]
    return "".join(parts)


def _foot(operator: Operator) -> str:
    """The same way to reach us, at the same place, on every page."""
    contact = operator.contact
    name, telephone, email = map(html.escape, (operator.service.legal_name, contact.telephone, contact.email))
    telephone = telephone.replace(" ", "&nbsp;")
    return f'{name} · <a href="tel:{contact.dial}"><bdi>{telephone}</bdi></a> · <a href="mailto:{email}">{email}</a>'
