"""Every page that the application has, asked for as its own form would: for tests that must leave none out."""

import inspect
import re
from collections.abc import Iterator

from flask import Flask
from werkzeug.test import TestResponse

from intake.forms.csrf import Guard
from intake.forms.returning import Button
from intake.services import Services
from tests.visitor import Visitor

FORM = re.compile(r'(?:need_csrf|csrf_ok)\("([^"]+)"')
NOTHING = "nothing-like-this"
METHODS = ("GET", "POST", "PATCH", "DELETE")
TUS = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}


def pages(app: Flask, under: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """(endpoint, rule, method) of every page below one of the addresses."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(under):
            known = rule.methods or set()
            yield from ((rule.endpoint, rule.rule, method) for method in METHODS if method in known)
            if "HEAD" in known - {"GET"} and "GET" not in known:
                yield rule.endpoint, rule.rule, "HEAD"


def filled(rule: str, values: dict[str, str]) -> str:
    """The address with its objects named."""
    return re.sub(r"<(?:[^<>:]+:)?(\w+)>", lambda found: values.get(found[1], NOTHING), rule)


def signed(app: Flask, services: Services, visitor: Visitor, endpoint: str) -> dict[str, str]:
    """What signs the form that a view wants, for this visitor: the view itself says its name."""
    visitor.get("/desk/sign-in")
    cookie = visitor.get_cookie("__Host-visit", domain="localhost")
    view = inspect.getsource(app.view_functions[endpoint])
    found = FORM.search(view) or FORM.search(inspect.getsource(inspect.getmodule(app.view_functions[endpoint])))
    if found is None or cookie is None:
        return {}
    guard = Guard(services.ring.secret("csrf"), cookie.value, services.clock())
    return {"csrf_token": str(Button(found[1], gettext=str, guard=guard).csrf_token.current_token)}


def ask(app: Flask, services: Services, visitor: Visitor, endpoint: str, address: str, method: str) -> TestResponse:
    """Ask for a page as its own form would."""
    data = signed(app, services, visitor, endpoint) if method == "POST" else None
    headers = TUS if address.startswith("/uploads") else None
    answer = visitor.open(address, method=method, data=data, headers=headers)
    answer.get_data()
    return answer
