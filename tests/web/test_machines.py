"""What machines ask: whether we are alive and ready. What is not ready is named, and never breaks the answer."""

import pytest


def test_a_whole_service_is_alive_and_ready(client) -> None:
    assert client.get("/healthz").get_json() == {"status": "alive"}
    assert client.get("/readyz").get_json() == {"status": "ready", "wrong": [], "scanner": "none"}


@pytest.mark.parametrize("missing", ["intake.db", "keys.db"])
def test_what_is_not_ready_is_named(client, services, var, missing: str) -> None:
    services.close()
    for part in (missing, f"{missing}-wal", f"{missing}-shm"):
        (var / part).unlink(missing_ok=True)
    (var / missing).write_text("this is no database, but it is as long as the head of one" * 20)
    answer = client.get("/readyz")
    named = {"intake.db": ["database", "room", "queue"], "keys.db": ["keys"]}[missing]
    assert answer.status_code == 503
    assert answer.get_json() == {"status": "not ready", "wrong": named, "scanner": "none"}
