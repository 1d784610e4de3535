"""Who asks for a page that was never there gets the help of the guidance site: emergency first, then all pages."""

import re
from pathlib import Path

from flask import Response, current_app, request

from intake.web.security import SAFE, SITE_POLICY, services

LANGUAGE = re.compile(r"/([a-z]{2,3})/")


def lost_page() -> Response | None:
    """The site's page for the lost in the language of the address; None where an address of the service was meant."""
    rooms = {rule.rule.split("/")[1] for rule in current_app.url_map.iter_rules()}
    if request.url_rule or request.method not in SAFE or request.path.split("/")[1] in rooms:
        return None
    site, named = services().settings.site, LANGUAGE.match(request.path)
    for folder in ([site / named[1]] if named else []) + [site]:
        if (folder / "404.html").is_file():
            return _answer(folder / "404.html")
    return None


def _answer(path: Path) -> Response:
    response = Response(path.read_bytes(), 404, mimetype="text/html")
    response.headers["Content-Security-Policy"] = SITE_POLICY
    return response
