"""Pages are shown one at a time on SQLite, and nobody keeps the turn."""

import threading
from collections.abc import Callable

from flask import Flask

from tests.visitor import Visitor


def test_the_turn_is_free_again_after_a_page_a_refusal_and_a_redirect(app: Flask, client: Visitor) -> None:
    turn: threading.Lock = app.extensions["intake_turn"]
    for path in ("/request/en/", "/request/en/nowhere", "/request/xx/who", "/request/en/check"):
        client.get(path)
        assert not turn.locked(), path


def test_the_turn_is_free_again_after_a_page_that_broke(app: Flask, client: Visitor) -> None:
    app.extensions["intake_contexts"] = None
    assert client.get("/request/en/").status_code == 500
    assert not app.extensions["intake_turn"].locked()


def test_a_page_waits_for_its_turn_and_a_post_does_not(
    app: Flask, client: Visitor, new_client: Callable[[], Visitor]
) -> None:
    turn: threading.Lock = app.extensions["intake_turn"]
    shown = threading.Thread(target=lambda: client.get("/request/en/"))
    with turn:
        assert new_client().post("/request/en/who", data={}).status_code < 500
        shown.start()
        shown.join(0.2)
        assert shown.is_alive()
    shown.join(20)
    assert not shown.is_alive()
