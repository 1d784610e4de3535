"""Web and worker as they start on a store: one that refuses us is said in words, one that is away is awaited."""

import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from intake.config import Settings, environment_name
from intake.keys import KeyStore
from tests.components import free_port
from tests.components.seaweedfs import SeaweedFS
from tests.live import LiveServer


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where processes write what they say."""
    (tmp_path / "said").mkdir()
    return tmp_path / "said"


def _server(settings: Settings, place: Path, address: str) -> LiveServer:
    said = {
        "env": settings.env, "var": settings.var, "database_url": settings.database_url, "port": settings.port,
        "operator_file": settings.operator_file, "templates": settings.templates, "rate_limits": "off",
        "vault_url": address,
    }  # fmt: skip
    return LiveServer({environment_name(name): str(value) for name, value in said.items()}, place)


@pytest.mark.parametrize("command", ["serve", "work"])
def test_a_store_that_refuses_us_is_a_wrong_setting_and_nothing_starts(
    settings: Settings, keys: KeyStore, place: Path, seaweedfs: SeaweedFS, monkeypatch, command: str
) -> None:
    for name, value in seaweedfs.reader.items():  # who may look and not write
        monkeypatch.setenv(name, value)
    done = _server(settings, place, seaweedfs.address()).run(command)
    assert done.returncode != 0
    assert "INTAKE_VAULT_URL" in done.stderr and "no permission to list, write, read and delete" in done.stderr
    assert seaweedfs.reader["AWS_SECRET_ACCESS_KEY"] not in done.stdout + done.stderr


def test_a_store_that_is_away_keeps_nobody_from_the_site_and_is_named(
    settings: Settings, keys: KeyStore, place: Path, monkeypatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    server = _server(settings, place, f"s3://records?endpoint=http://127.0.0.1:{free_port()}")
    try:
        server.start("serve")
        with pytest.raises(urllib.error.HTTPError) as told:
            urllib.request.urlopen(f"{server.base_url}/readyz", timeout=30)
        with told.value as answer:
            assert answer.status == 503 and json.loads(answer.read())["wrong"] == ["vault"]
        assert "the vault does not answer; starting without it" in server.logs and "s3cret" not in server.logs
    finally:
        server.kill9()
