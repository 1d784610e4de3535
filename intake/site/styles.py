"""Makes one small style sheet out of the theme's and ours: rules for things that no page has are left out.

A selector stays when every class, id, element and attribute that it names is in some page, or is a word in a script.
What is inside :not(), :is(), :where() and :has() is not judged: too much may stay, never too little.
"""

import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from intake.errors import SiteBroken

OURS = "assets/site.css"
THEMES = ("assets/stylesheets/main.*.min.css",)
STATES = {"open", "hidden"}  # attributes that come and go while a page is read

PIECE = re.compile(
    r"""/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|url\([^"')]*\)|[{};]|[^"'{};u/]+|[u/]""", re.DOTALL
)
GROUPS = ("@media", "@supports", "@layer", "@container")
ARGUMENTS = re.compile(r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)")
NAME = r"(?:\\.|[\w-])+"
NAMED = re.compile(rf"\[\s*({NAME})\s*(?:([~|^$*]?)=\s*[\"']?([^\"'\]]*)[\"']?)?[^\]]*\]|([.#:]{{0,2}})({NAME})")
VARIABLE = re.compile(r"var\(\s*(--[\w-]+)")


@dataclass
class Rule:
    """A prelude with declarations, or with rules inside, or with text that is kept as it is."""

    prelude: str
    body: list[str] = field(default_factory=list)
    inner: list["Rule"] | None = None

    def __str__(self) -> str:
        inside = ";".join(self.body) if self.inner is None else "".join(map(str, self.inner))
        return f"{self.prelude}{{{inside}}}"


def write_styles(pages: Path) -> None:
    """Put all styles that the pages need into one file, and take the theme's own files away.

    Raises SiteBroken when the theme's style sheet is not where it was.
    """
    theme = [path for pattern in THEMES for path in sorted(pages.glob(pattern))]
    if not theme:
        raise SiteBroken("The theme has put its style sheet in another place. Look at intake/site/styles.py.")
    sheets = [*theme, pages / OURS]
    css = "\n".join(path.read_text(encoding="utf-8") for path in sheets)
    scripts = (path.read_text(encoding="utf-8") for path in pages.glob("assets/*.js"))
    used = Used(path.read_text(encoding="utf-8") for path in pages.rglob("*.html"))
    used.names.update(word for script in scripts for word in re.findall(r"[\w-]+", script))
    (pages / OURS).write_text(purge(css, used.names) + "\n", encoding="utf-8")
    for folder in ("assets/stylesheets", "assets/javascripts"):
        shutil.rmtree(pages / folder, ignore_errors=True)
    (pages / "assets/images/favicon.png").unlink(missing_ok=True)


class Used(HTMLParser):
    """Every name that a selector could mean: elements, classes, ids, attributes and their values."""

    def __init__(self, pages: Iterable[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.names = {"root", "html", "*", *STATES}
        for page in pages:
            self.feed(page)
            self.reset()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        for name, value in attrs:
            self.names.update((name, f"{name}={value or ''}"))
            if name in ("class", "id"):
                self.names.update((value or "").split())


def purge(css: str, used: set[str]) -> str:
    """The rules that can touch something named in `used`, without what is then left over."""
    rules = list(_kept(_rules(_pieces(css)), used))
    while True:
        left = "".join(map(str, rules))
        read = set(VARIABLE.findall(left))
        rules = list(_without_unread(rules, read))
        if "".join(map(str, rules)) == left:
            break
    lines = (line for rule in _flat(rules) for line in rule.body if line.startswith("animation"))
    moving = {word for line in lines for word in re.findall(NAME, line)}
    kept = (rule for rule in rules if not rule.prelude.startswith("@keyframes") or rule.prelude.split()[1] in moving)
    return "".join(map(str, kept))


def _pieces(css: str) -> Iterator[str]:
    """Strings, addresses, braces and what is between them, without comments."""
    return (piece for piece in PIECE.findall(css) if not piece.startswith("/*"))


def _rules(pieces: Iterator[str]) -> list[Rule]:
    """Read rules to the end of the group that they stand in. Statements without a block (@charset) are left out."""
    rules, text = [], ""
    for piece in pieces:
        if piece == "}":
            break
        if piece not in "{;":
            text += piece
            continue
        if piece == "{" and text.strip().startswith(GROUPS):
            rules.append(Rule(_tight(text), inner=_rules(pieces)))
        elif piece == "{":
            rules.append(Rule(_tight(text), _body(pieces)))
        text = ""
    return rules


def _body(pieces: Iterator[str]) -> list[str]:
    """Read declarations, or the frames of an animation as one piece, to the end of the block."""
    lines, depth = [""], 0
    for piece in pieces:
        depth += (piece == "{") - (piece == "}")
        if depth < 0:
            break
        if piece == ";" and not depth:
            lines.append("")
        else:
            lines[-1] += piece
    return [_tight(line) for line in lines if line.strip()]


def _kept(rules: Iterable[Rule], used: set[str]) -> Iterator[Rule]:
    for rule in rules:
        if rule.inner is not None:
            inner = list(_kept(rule.inner, used))
            if inner:
                yield Rule(rule.prelude, inner=inner)
        elif rule.prelude.startswith("@"):
            yield rule
        else:
            selectors = [each for each in map(str.strip, _split(rule.prelude, ",")) if _may_match(each, used)]
            if selectors and rule.body:
                yield Rule(",".join(selectors), rule.body)


def _may_match(selector: str, used: set[str]) -> bool:
    for attribute, how, value, mark, name in NAMED.findall(ARGUMENTS.sub("", selector)):
        wanted = name.replace("\\", "") or (f"{attribute}={value}" if value and not how else attribute)
        if not mark.startswith(":") and wanted not in used:
            return False
    return True


def _without_unread(rules: Iterable[Rule], read: set[str]) -> Iterator[Rule]:
    """Leave out custom properties that nothing reads, and rules that are empty then."""
    for rule in rules:
        if rule.inner is not None:
            inner = list(_without_unread(rule.inner, read))
            if inner:
                yield Rule(rule.prelude, inner=inner)
        else:
            body = [line for line in rule.body if not line.startswith("--") or line.partition(":")[0] in read]
            if body:
                yield Rule(rule.prelude, body)


def _flat(rules: Iterable[Rule]) -> Iterator[Rule]:
    for rule in rules:
        yield rule
        yield from _flat(rule.inner or ())


def _split(text: str, at: str) -> list[str]:
    """Split at a sign that stands in no string, bracket or parenthesis."""
    parts, depth, quote = [""], 0, ""
    for sign in text:
        if quote or sign in "\"'":
            quote = "" if sign == quote else quote or sign
        elif sign in "([":
            depth += 1
        elif sign in ")]":
            depth -= 1
        if sign == at and not depth and not quote:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _tight(text: str) -> str:
    """Without needless space; what stands in quotes is kept as it is."""
    halves = re.split(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""", text.strip())
    halves[::2] = [re.sub(r"^([\w-]+): ", r"\1:", re.sub(r"\s+", " ", half)) for half in halves[::2]]
    return "".join(halves)
