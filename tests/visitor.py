"""A visitor without a browser: keeps cookies, says where it comes from, fills the forms that a page really holds."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import Headers, MultiDict
from werkzeug.test import TestResponse


@dataclass
class Form:
    """One form of a page, with what it would send if nobody touched it."""

    action: str
    method: str
    fields: MultiDict[str, str] = field(default_factory=MultiDict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = ""
        self._textarea: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(said.get("action", ""), said.get("method", "get").lower()))
        elif self.forms and tag == "input":
            self._take_input(said, checked="checked" in said)
        elif tag == "select":
            self._select = said.get("name", "")
        elif self.forms and tag == "option" and self._select and "selected" in said:
            self.forms[-1].fields.add(self._select, said.get("value", ""))
        elif tag == "textarea":
            self._textarea = said.get("name", "")
            if self.forms and self._textarea:
                self.forms[-1].fields.add(self._textarea, "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self.forms and self._textarea:
            self.forms[-1].fields[self._textarea] = self.forms[-1].fields[self._textarea] + data

    def _take_input(self, said: dict[str, str], *, checked: bool) -> None:
        kind = said.get("type", "text")
        if not said.get("name") or kind in ("submit", "button", "image", "file"):
            return
        if kind not in ("checkbox", "radio") or checked:
            self.forms[-1].fields.add(said["name"], said.get("value", "on" if checked else ""))


def forms(response: TestResponse) -> list[Form]:
    """The forms of a page, in order."""
    parser = _Forms()
    parser.feed(response.text)
    return parser.forms


class Visitor(FlaskClient):
    """Speaks as a browser on our own origin does. `answer(page, …)` fills a page's form and sends it."""

    base_url = "http://localhost"

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Any request, with the address and the headers that a browser would add."""
        if args and isinstance(args[0], str):
            kwargs.setdefault("base_url", self.base_url)
            headers = Headers(kwargs.pop("headers", None))
            headers.setdefault("Sec-Fetch-Site", "same-origin")
            kwargs["headers"] = headers
        return super().open(*args, **kwargs)

    def answer(self, page: TestResponse, /, *, form: int | str = 0, **answers: Any) -> TestResponse:
        """Send a form of `page`, untouched but for `answers` (a list sends a name more than once, None leaves it out).

        `form` is its number on the page, or part of its action. Does not follow the redirect.
        """
        found = forms(page)
        chosen = found[form] if isinstance(form, int) else next(each for each in found if form in each.action)
        data = MultiDict(chosen.fields)
        for name, value in answers.items():
            data.poplist(name)
            if value is not None:
                data.setlist(name, list(value) if isinstance(value, list | tuple) else [value])
        target = chosen.action or page.request.path
        if chosen.method == "get":
            return self.get(target, query_string=data)
        return self.post(target, data=data)
