"""One page at a time. On SQLite everything happens in one process, whose threads share one interpreter: threads that
draw at the same moment take it from each other at every look into the database, and all are done later than in turn.

Only showing takes a turn: a post waits for a visitor's line, and for the disk. With PostgreSQL a look is a wait too.
"""

import threading

from flask import Blueprint, Flask, current_app, g, request

from intake.web.cookies import services


def prepare(app: Flask) -> None:
    """Give the application its turn."""
    app.extensions["intake_turn"] = threading.Lock()


def in_turn(blueprint: Blueprint) -> None:
    """Show the pages of a blueprint one after the other."""
    blueprint.before_request(_take)
    blueprint.teardown_request(_give)


def _take() -> None:
    if request.method == "GET" and services().database.dialect == "sqlite":
        turn: threading.Lock = current_app.extensions["intake_turn"]
        turn.acquire()
        g.intake_turn = turn


def _give(error: BaseException | None) -> None:
    if (turn := g.pop("intake_turn", None)) is not None:
        turn.release()
