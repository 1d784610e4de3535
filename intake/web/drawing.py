"""Drawing templates quickly: an environment for each language, in which words are put in when a template is compiled.

`{{ _("Continue") }}` becomes the translated word itself, once, and is not looked up again for every page; so does the
address of a static file. Sentences with values are translated each time they are drawn.
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2 import StrictUndefined, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from intake.languages import Languages

STATIC = Path(__file__).parent / "static"
_COMPILED: dict[Any, Any] = {}


class Drawer:
    """The templates of an application in each language that is offered; each is compiled when it is first drawn."""

    def __init__(self, app: Flask, languages: Languages) -> None:
        self._app, self._languages = app, languages
        self._environments: dict[str, Spoken] = {}
        app.jinja_environment = Spoken

    def draw(self, template: str, language: str, values: dict[str, Any]) -> str:
        """The text of a template. Raises TemplateNotFound, UndefinedError."""
        environment = self._environments.get(language) or self._prepare(language)
        return environment.get_template(template).render(values)

    def _prepare(self, language: str) -> "Spoken":
        environment: Any = self._app.create_jinja_environment()  # a Spoken, as the application was told
        environment.globals.update(self._app.jinja_env.globals)
        environment.globals |= {"options_of": options_of, "radios_of": radios_of}
        environment.speak(self._languages, language)
        self._environments[language] = environment
        return environment


class Spoken(Environment):
    """Templates in one language."""

    def speak(self, languages: Languages, language: str) -> None:
        """Take words from this language, and be strict about values that are missing."""
        self.undefined = StrictUndefined
        self.trim_blocks = self.lstrip_blocks = True
        self.add_extension("jinja2.ext.i18n")
        self._put_in = _PutIn(languages.gettext(language))
        known = (languages.gettext(language), languages.ngettext(language))
        self.install_gettext_callables(*known, newstyle=True)  # type: ignore[attr-defined]  # the extension's own

    def compile(self, source: Any, name: str | None = None, filename: str | None = None, *how: Any) -> Any:
        """Jinja's own, once for the same text and words in a process: one that makes its application anew, as tests do
        for each of them, need not compile it again."""
        if how or not isinstance(source, str):
            return super().compile(source, name, filename, *how)
        key = (self._put_in.gettext, source, name, filename)
        if key not in _COMPILED:
            _COMPILED[key] = super().compile(source, name, filename)
        return _COMPILED[key]

    def _generate(self, source: nodes.Template, *how: Any, **more: Any) -> str:
        # Jinja's own place for changing what is compiled.
        return super()._generate(self._put_in.visit(source), *how, **more)


class _PutIn(NodeTransformer):
    """Writes what is the same on every page into the template."""

    def __init__(self, gettext: Any) -> None:
        self.gettext = gettext

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        """`_("…")` and `url_for('static', filename="…")` without further values."""
        self.generic_visit(node)
        asked, said = getattr(node.node, "name", ""), [getattr(each, "value", None) for each in node.args]
        values = {each.key: getattr(each.value, "value", None) for each in node.kwargs}
        if asked == "_" and not values and isinstance(said[0], str):
            return nodes.TemplateData(self.gettext(said[0]) % {}, lineno=node.lineno)
        if asked == "url_for" and said == ["static"] and values["filename"]:
            return nodes.TemplateData(static_address(values["filename"]), lineno=node.lineno)
        return node


def options_of(names: Mapping[str, str], chosen: str | None) -> Markup:
    """The options of a long list, by id: drawn once for each list, for drawing 250 countries takes longer than all else
    on a page."""
    return _marked(_options(tuple(names.items())), chosen, "selected")


def radios_of(name: str, options: Sequence[tuple[str, str]], chosen: str | None) -> Markup:
    """The small radio buttons of one row among many, by id, drawn once for each row."""
    return _marked(_radios(name, tuple(options)), chosen, "checked")


def _marked(drawn: Markup, chosen: str | None, mark: str) -> Markup:
    value = Markup('value="{}"').format(chosen)
    return drawn.replace(value, value + f" {mark}", 1)


@lru_cache(maxsize=256)
def _options(names: tuple[tuple[str, str], ...]) -> Markup:
    return Markup("").join(Markup('<option value="{}">{}</option>\n').format(code, name) for code, name in names)


@lru_cache(maxsize=2048)
def _radios(name: str, options: tuple[tuple[str, str], ...]) -> Markup:
    one = Markup(
        '<div class="choice choice--small"><input type="radio" id="{name}-{code}" name="{name}" value="{code}">'
        '<label for="{name}-{code}">{text}</label></div>'
    )
    return Markup("").join(one.format(name=name, code=code, text=text) for code, text in options)


def static_address(name: str) -> str:
    """The address of a static file. It changes when the file's bytes change, so that browsers may keep it."""
    return f"/static/{name}?v={_digest(name)}"


@lru_cache(maxsize=64)
def _digest(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
