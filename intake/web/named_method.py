"""X-HTTP-Method-Override, which tus asks for: on a line that lets no PATCH or DELETE through, a header names them."""

from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class NamedMethod:
    """A request for an upload is of the method that its header names; what the line itself says does not count."""

    def __init__(self, application: WSGIApplication, prefix: str) -> None:
        self._application = application
        self._prefix = prefix

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        named = environ.get("HTTP_X_HTTP_METHOD_OVERRIDE", "").strip().upper()
        said = environ["REQUEST_METHOD"]
        # An answer to HEAD has no body on the line, whatever a header says, so nothing else can stand behind one.
        if not named or said == "HEAD" or not environ.get("PATH_INFO", "").startswith(self._prefix):
            return self._application(environ, start_response)
        environ["REQUEST_METHOD"] = named
        start = _without_length(start_response) if named == "HEAD" else start_response
        return self._application(environ, start)


def _without_length(start_response: StartResponse) -> StartResponse:
    """The length that a HEAD answer gives is of a body that does not come; whoever sent POST would wait for it."""

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
        return start_response(status, kept, *more)

    return start
