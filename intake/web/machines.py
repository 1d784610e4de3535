"""For machines: is the service alive, is it ready. Says nothing about anybody."""

from collections.abc import Callable

from flask import Blueprint, Response, jsonify

from intake import queue
from intake.records import quotas
from intake.web.security import services

blueprint = Blueprint("machines", __name__)
QUEUE_LATE_SECONDS = 900


@blueprint.get("/healthz")
def alive() -> Response:
    """200 while the process answers."""
    return jsonify(status="alive")


@blueprint.get("/readyz")
def ready() -> Response:
    """200 when everything that CHECKS names is as it should be, else 503 naming what is not.

    Beside them how it stands with the virus scanner: none, answers or silent. The service serves without it, too.
    """
    wrong = [name for name, check in CHECKS.items() if not _holds(check)]
    response = jsonify(status="not ready" if wrong else "ready", wrong=wrong, scanner=_scanner())
    response.status_code = 503 if wrong else 200
    return response


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:  # whatever a broken part raises: it is not ready
        return False


def _database() -> bool:
    with services().database.read() as tx:
        return queue.dead(tx) >= 0


def _keys() -> bool:
    services().keys.need_ring()
    return True


def _disk() -> bool:
    free = services().vault.free_bytes()
    return free is None or free > services().settings.disk_min_free_bytes


def _vault() -> bool:
    services().vault.need_answer()
    return True


def _room() -> bool:
    most = services().settings.service_max_bytes
    with services().database.read() as tx:
        return not most or quotas.has_room(tx, 1, most)


def _scanner() -> str:
    if services().settings.scanner == "none":
        return "none"
    return "answers" if services().scanner.answers() else "silent"


def _queue() -> bool:
    now = services().clock()
    with services().database.read() as tx:
        oldest = queue.oldest_due(tx, now)
    return oldest is None or (now - oldest).total_seconds() < QUEUE_LATE_SECONDS


CHECKS = {
    "database": _database, "keys": _keys, "disk": _disk, "vault": _vault, "room": _room, "queue": _queue,
}  # fmt: skip
