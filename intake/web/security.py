"""What every request and answer must pass: where it came from, how often, and which headers leave.

Views use `csrf_ok` or forms signed with `guard()`; nothing here knows a case.
"""

import ipaddress
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Flask, Response, request
from flask_limiter import Limiter
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.middleware.proxy_fix import ProxyFix

from intake.clock import now
from intake.config import Settings
from intake.errors import NotYours, RequestForged
from intake.forms.csrf import TOKEN_LIVES, Guard
from intake.forms.returning import Button
from intake.links.sessions import Role
from intake.web.cookies import (
    drop_session,
    keep_cookies,
    need_cookies,
    need_session,
    prolong_session,
    services,
    session_of,
    set_session,
    start_session,
    visit,
)
from intake.web.packing import pack

__all__ = [
    "came_from_us", "csrf_ok", "csrf_token", "drop_session", "guard", "limit", "limit_each", "limit_own",
    "need_cookies", "need_csrf", "need_session", "prolong_session", "services", "session_of", "set_session",
    "start_session", "wait_seconds",
]  # fmt: skip

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

# How often one network address may do what costs us or others something. Generous: a clinic shares one address.
LIMITS = {
    "start": "60 per hour",
    "call_me": "30 per hour",
    "send": "300 per hour",
    "save": "30 per hour",
    "exchange": "120 per hour",
    "new_link": "20 per hour",
    "address": "120 per hour",
    "sign_in": "60 per 15 minutes",
    "password": "10 per 15 minutes",
    "upload": "600 per hour",
    "describe": "1200 per hour",
    "code": "60 per hour",
    "talk": "120 per hour",
}

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
# The guidance site's style sheet draws its icons from data: addresses.
SITE_POLICY = POLICY.replace("img-src 'self'", "img-src 'self' data:")

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # With no-referrer everywhere, Chromium sends "Origin: null" from our own forms; link landings set no-referrer.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), usb=(), serial=(), payment=(), "
    "display-capture=(), interest-cohort=()",
}
HSTS = "max-age=63072000; includeSubDomains"


def network_address() -> str:
    """Whose limit counts: an IPv4 address, or the /64 of an IPv6 address, as a keyed hash: none is stored."""
    said = request.remote_addr or ""
    for text in (said, said.rpartition(":")[0].strip("[]")):  # some proxies add the port
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            continue
        whole = ipaddress.ip_network((address, 64), strict=False) if address.version == 6 else address
        return services().ring.hash("network", str(whole))
    return services().ring.hash("network", "")  # what names no address shares one limit


limiter = Limiter(key_func=network_address, headers_enabled=True)


def limit(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a view with a limit of the table; only unsafe methods count."""
    return limiter.limit(LIMITS[name], exempt_when=lambda: request.method in SAFE)


def limit_each(name: str, field: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """As `limit`, counted for what is typed in a field from a network together: nobody is locked out by another."""

    def key() -> str:
        typed = request.form.get(field, "").strip().casefold()
        return services().ring.hash("network", f"{network_address()} {typed}")

    return limiter.limit(LIMITS[name], key_func=key, exempt_when=lambda: request.method in SAFE)


def limit_own(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """As `limit`, counted for who is signed in at the desk from a network together."""

    def key() -> str:
        session = session_of(Role.DESK)
        return services().ring.hash("network", f"{network_address()} {session.subject if session else ''}")

    return limiter.limit(LIMITS[name], key_func=key, exempt_when=lambda: request.method in SAFE)


def wait_seconds() -> int:
    """How long until the limit that was just reached counts anew; at least a second."""
    reached = limiter.current_limit
    return max(1, reached.reset_at - int(now().timestamp())) if reached else 1


def secure(app: Flask, settings: Settings) -> None:
    """Register the checks and headers of every request on the application."""
    app.config.update(
        # Links in letters come from the settings alone, so a probe on this machine may ask by its address.
        TRUSTED_HOSTS=[settings.host.rsplit(":", 1)[0], "localhost", "127.0.0.1", "[::1]"],
        MAX_CONTENT_LENGTH=1024 * 1024,
        RATELIMIT_ENABLED=settings.rate_limits,
        RATELIMIT_STORAGE_URI=settings.limits_url,
    )
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    limiter.init_app(app)
    # Only decorated views have limits, and each looks at its own: a look before every request finds nothing to do.
    if settings.rate_limits:
        app.before_request_funcs[None].remove(limiter._check_request_limit)
    app.before_request(refuse_odd_address)
    app.before_request(refuse_foreign)
    app.after_request(partial(add_headers, https=settings.base_url.startswith("https://")))
    app.after_request(keep_cookies)
    app.after_request(pack)
    app.add_template_global(csrf_field, "csrf")
    app.add_template_global(csrf_token)


def refuse_odd_address() -> None:
    """Nothing of ours has a zero byte in its address, and not every database takes one. Raises NotYours."""
    if "\0" in request.path:
        raise NotYours


def refuse_foreign() -> None:
    """Refuse an unsafe request that a page of another place sent. Raises RequestForged."""
    if request.method in SAFE or request.path.startswith("/hooks/"):
        return
    came_from = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if came_from is not None and came_from not in ("same-origin", "none"):
        raise RequestForged
    if came_from is None and origin is not None and origin != services().settings.base_url:
        raise RequestForged


def came_from_us() -> bool:
    """Whether the browser itself says that a page of ours sent this: no page of another place can make it say so."""
    came_from = request.headers.get("Sec-Fetch-Site")
    if came_from is not None:
        return came_from == "same-origin"
    return request.headers.get("Origin") == services().settings.base_url


def add_headers(response: Response, *, https: bool) -> Response:
    """The headers of every answer; a view that set one of them itself is left alone."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Robots-Tag", "noindex, noarchive")
    response.headers.add("Vary", "Sec-Fetch-Site")
    if https:
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    return response


def guard(lives: timedelta = TOKEN_LIVES) -> Guard:
    """What this visitor's forms are signed with, and how long such a form may stay open."""
    return Guard(services().ring.secret("csrf"), visit(), services().clock(), lives)


def csrf_field(form_id: str) -> Markup:
    """The hidden field that signs a form of plain buttons."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(csrf_token(form_id))


def csrf_token(form_id: str) -> str:
    """The token itself, for scripts."""
    return str(Button(form_id, gettext=str, guard=guard()).csrf_token.current_token)


def csrf_ok(form_id: str, token: str) -> bool:
    """Whether a token signs this form for this visitor."""
    return Button(form_id, MultiDict({"csrf_token": token}), gettext=str, guard=guard()).validate()


def need_csrf(form_id: str) -> None:
    """Raise RequestForged unless the posted form (or, for scripts, the X-CSRF-Token header) is signed."""
    if not csrf_ok(form_id, request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")):
        need_cookies()
        raise RequestForged
