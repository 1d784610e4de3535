"""What can be translated is collected, whole sentences at a time, and every offered language says all of it."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from intake.languages import CATALOGUES, OFFERED, Languages
from ops import translations
from ops.catalogue import NOT_OURS, TEMPLATE, as_text, brought_into_line, collect
from ops.translations import unspoken
from tests.components import ROOT
from tests.placeholders import PLACEHOLDER

SAYING = {"_", "gettext", "ngettext", "N_", "say"}
PIECES = nodes.Concat | nodes.Add | nodes.Mod | nodes.Call | nodes.CondExpr


def templates() -> list[Path]:
    """Every template that speaks through the catalogue."""
    paths = sorted((ROOT / "templates").rglob("*.*"))
    return [path for path in paths if path.suffix in (".html", ".txt") and not path.is_relative_to(NOT_OURS)]


def texts(message: Message) -> list[str]:
    """The one text of a message, or its singular and plural."""
    return list(message.id) if isinstance(message.id, tuple | list) else [message.id]


@pytest.fixture(scope="module")
def messages() -> list[Message]:
    """Every message there is."""
    return [message for message in collect() if message.id]


def test_the_catalogue_is_up_to_date() -> None:
    written = TEMPLATE.read_text(encoding="utf-8") if TEMPLATE.exists() else ""
    assert written == as_text(collect()), "run: make catalogue"


def test_code_templates_and_knowledge_all_speak(messages: list[Message]) -> None:
    places = {name for message in messages for name, _ in message.locations}
    for part in ("intake/errors.py", "intake/knowledge", "templates/letters/", "templates/request/", "intake/forms/"):
        assert any(place.startswith(part) for place in places), part


def test_a_sentence_is_whole(messages: list[Message]) -> None:
    """A text that begins or ends with a space was meant to be glued to another, which no other language allows."""
    glued = [text for message in messages for text in texts(message) if text != text.strip()]
    assert not glued


def test_placeholders_have_names(messages: list[Message]) -> None:
    nameless = [t for m in messages for t in texts(m) if re.search(r"%[sdr]|[{}]", PLACEHOLDER.sub("", t))]
    assert not nameless


def test_no_sentence_holds_markup(messages: list[Message]) -> None:
    marked = [text for message in messages for text in texts(message) if re.search(r"</?[a-z]+[ >/]", text)]
    assert not marked


def formatted(node: ast.expr) -> bool:
    """Whether this is `"…".format(…)`."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"


def glued_in_code(tree: ast.AST) -> Iterator[int]:
    """Lines where a sentence is put together before it is translated."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            said = node.args[0]
            branches = [said.body, said.orelse] if isinstance(said, ast.IfExp) else []
            unmarked = [each for each in branches if not isinstance(each, ast.Name | ast.Attribute | ast.Call)]
            if name in SAYING and (unmarked or isinstance(said, ast.JoinedStr | ast.BinOp) or formatted(said)):
                yield node.lineno


def hidden_in_code(tree: ast.AST) -> Iterator[int]:
    """Lines where a sentence is said inside of an f-string, where not every Python finds it (3.11 does not)."""
    for node in ast.walk(tree):
        for call in ast.walk(node) if isinstance(node, ast.JoinedStr) else ():
            if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant):
                name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                if name in SAYING:
                    yield call.lineno


def glued_in_template(source: str) -> Iterator[int]:
    """The same, in a template."""
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    for call in tree.find_all(nodes.Call):
        named = isinstance(call.node, nodes.Name) and call.node.name in SAYING
        if named and call.args and isinstance(call.args[0], PIECES):
            yield call.lineno


def test_no_sentence_is_put_together_from_pieces_in_code() -> None:
    for path in (ROOT / "intake").rglob("*.py"):
        assert not list(glued_in_code(ast.parse(path.read_text(encoding="utf-8")))), path


def test_no_sentence_is_hidden_from_the_catalogue() -> None:
    for path in (ROOT / "intake").rglob("*.py"):
        assert not list(hidden_in_code(ast.parse(path.read_text(encoding="utf-8")))), path
    assert list(hidden_in_code(ast.parse("f'{_(\"Hello\")} {name}'")))


def test_no_sentence_is_put_together_from_pieces_in_templates() -> None:
    for path in templates():
        assert not list(glued_in_template(path.read_text(encoding="utf-8"))), path


@pytest.mark.parametrize(
    "planted",
    [
        "_(f'Hello {name}')",
        "_('Hello ' + name)",
        "say('Hello %s' % name)",
        "N_('Hello {}'.format(name))",
        "_('a' if b else 'c')",
    ],
)
def test_these_rules_would_see_pieces_in_code(planted: str) -> None:
    assert list(glued_in_code(ast.parse(planted)))


@pytest.mark.parametrize(
    "planted", ["{{ _('Hello ' ~ name) }}", "{{ _('Hello ' + name) }}", "{{ _('a' if b else 'c') }}"]
)
def test_these_rules_would_see_pieces_in_templates(planted: str) -> None:
    assert list(glued_in_template(planted))


def test_make_translations_names_what_a_catalogue_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here: one message without words, one fuzzy, one counted message that lacks a form."""
    for code in OFFERED[1:]:
        path = tmp_path / code / "LC_MESSAGES" / "messages.po"
        path.parent.mkdir(parents=True)
        own = brought_into_line(CATALOGUES / code / "LC_MESSAGES" / "messages.po", Catalog())
        own.add("Back", "Volver", flags={"fuzzy"})
        own.add("Yes", "")
        own.add(("%(num)s file", "%(num)s files"), ("%(num)s archivo", *[""] * (own.num_plurals - 1)))
        path.write_text(as_text(own), encoding="utf-8")
    monkeypatch.setattr(translations, "collect", lambda: own)
    told = list(unspoken(tmp_path, "es"))
    assert [line for line, wrong in told if wrong] == [
        "es: catalogue: missing: 'Yes'",
        "es: catalogue: missing: '%(num)s file'",
        "es: catalogue: fuzzy: 'Back'",
        "es: catalogue: 2 missing and 1 fuzzy of 3 messages",
    ]
    assert len(list(unspoken(tmp_path))) == 4 * len(OFFERED[1:])


def test_make_translations_finds_nothing_missing_and_nothing_fuzzy() -> None:
    told = list(unspoken(CATALOGUES))
    assert [line for line, wrong in told if wrong] == []
    assert [line.split(" of ")[0] for line, _ in told] == [
        f"{code}: catalogue: 0 missing and 0 fuzzy" for code in OFFERED[1:]
    ]


def test_make_translations_fails_when_something_is_missing(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr(sys, "argv", ["translations", "es"])
    monkeypatch.setattr(translations, "unspoken", lambda *about: iter([("es: catalogue: 1 missing", True)]))
    assert translations.main() == 1
    assert "es: catalogue: 1 missing" in capsys.readouterr().out
    monkeypatch.setattr(translations, "unspoken", lambda *about: iter([("es: catalogue: 0 missing", False)]))
    assert translations.main() == 0


@pytest.mark.parametrize("code", Languages().offered)
def test_an_offered_language_says_everything(code: str, messages: list[Message]) -> None:
    if code == "en":  # the language of the messages themselves
        return
    with (CATALOGUES / code / "LC_MESSAGES" / "messages.po").open("rb") as file:
        said = read_po(file, locale=code)
    for message in messages:
        translated = said.get(message.id, message.context)
        assert translated and translated.string and not translated.fuzzy, message.id
        wanted = {name for text in texts(message) for name in PLACEHOLDER.findall(text)}
        spoken = translated.string if isinstance(translated.string, tuple | list) else [translated.string]
        assert all(set(PLACEHOLDER.findall(text)) <= wanted for text in spoken), message.id
