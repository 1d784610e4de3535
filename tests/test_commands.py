"""What operators ask for: whatever is not ready yet is named in a sentence with what helps, and never traced."""

import json
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from intake import commands
from intake.config import Settings
from intake.errors import IntakeError, KeyRingUnfit
from intake.keys import KeyRing
from intake.records.vault import DirectoryVault
from intake.services import make_services
from tests.components.nursery import Nursery
from tests.live import LiveServer

Shell = Callable[..., LiveServer]
INVITE = ("invite", "Ines Probefall", "ines@clinic.example")
START, LOOK = [("serve",), ("work",)], [("journal", "verify")]


@pytest.fixture
def shell(settings: Settings, keys, tmp_path: Path, nursery: Nursery) -> Shell:
    """Call it for a shell on this test's state, with settings by their names; nothing is started."""

    def opened(**said: object) -> LiveServer:
        basic = {"env": settings.env, "var": settings.var, "database_url": settings.database_url}
        env = {f"INTAKE_{name.upper()}": str(value) for name, value in (basic | said).items()}
        return LiveServer(env, tmp_path, nursery)

    return opened


def refusal(server: LiveServer, *command: str) -> str:
    """What a command that does not start says."""
    answer = server.run(*command)
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr and "Traceback" not in answer.stdout
    return answer.stderr


@pytest.mark.parametrize("command", [*START, INVITE])
def test_a_missing_key_ring_is_named_with_the_command_that_makes_one(shell: Shell, settings, command) -> None:
    settings.key_ring.unlink()
    said = refusal(shell(), *command)
    assert "INTAKE_KEY_RING" in said and "intake keys" in said and str(settings.key_ring) in said


@pytest.mark.parametrize("command", [*LOOK, INVITE])
def test_a_database_that_was_never_migrated_is_named(shell: Shell, var: Path, command: tuple[str, ...]) -> None:
    assert "intake migrate" in refusal(shell(database_url=f"sqlite:///{var / 'bare.db'}"), *command)


@pytest.mark.parametrize("command", [*LOOK, ("serve",), ("migrate",)])
def test_a_database_that_does_not_answer_is_named_without_its_password(shell: Shell, command) -> None:
    said = refusal(shell(database_url="postgresql://intake:s3cret@127.0.0.1:9/intake"), *command)
    assert "INTAKE_DATABASE_URL" in said and "s3cret" not in said


@pytest.mark.parametrize(
    "spoilt", ["", "{}", "[]", '{"wrapping": {}, "signing": [], "hashing": ""}', '{"wrapping": {"a": "short"}}']
)
def test_a_file_that_is_no_key_ring_is_named(settings: Settings, ring: KeyRing, spoilt: str) -> None:
    settings.key_ring.write_text(spoilt)
    with pytest.raises(KeyRingUnfit, match="INTAKE_KEY_RING"):
        make_services(settings)


def test_a_key_ring_of_another_service_is_refused(shell: Shell, settings: Settings, keys) -> None:
    keys.make("case:1")
    settings.key_ring.unlink()
    KeyRing.create(settings.key_ring)
    said = refusal(shell(), "serve")
    assert "INTAKE_KEY_RING" in said and keys.ring.newest in said


def test_a_key_ring_with_one_more_key_is_welcome(settings: Settings, keys) -> None:
    keys.make("case:1")
    ring = json.loads(settings.key_ring.read_text())
    ring["wrapping"]["newer"] = ring["hashing"]
    settings.key_ring.write_text(json.dumps(ring))
    services = make_services(settings)
    commands.need_ready(services)
    services.close()


@pytest.mark.parametrize("missing", ["site", "templates"])
def test_serving_without_the_built_site_or_the_templates_is_refused(services, settings, tmp_path, missing) -> None:
    places = {"site": tmp_path / "site", "templates": tmp_path / "templates"}
    for place in places.values():
        place.mkdir()
    (places["site"] / "index.html").write_text("here")
    shutil.rmtree(places[missing])
    object.__setattr__(settings, "env", "production")
    for name, place in places.items():
        object.__setattr__(settings, name, place)
    with pytest.raises(IntakeError) as refused:
        commands.need_pages(services)
    assert f"INTAKE_{missing.upper()}" in str(refused.value)


def test_an_address_that_cannot_be_invited_is_said_in_words(shell: Shell) -> None:
    assert "not an e-mail address" in refusal(shell(), "invite", "Ines Probefall", "ines at clinic")


class _Silent(DirectoryVault):
    """A vault that does not answer before it is told to."""

    told = threading.Event()

    def need_answer(self) -> None:
        """Waits."""
        self.told.wait(30)


def test_a_vault_that_says_nothing_keeps_nobody_waiting(services, var, monkeypatch, caplog) -> None:
    monkeypatch.setattr(commands, "PROOF_SECONDS", 0.05)
    silent = _Silent(var / "vault")
    commands.need_vault(replace(services, vault=silent))
    assert "starting without it" in caplog.text
    silent.told.set()


def test_a_directory_that_may_not_be_written_is_named(shell: Shell, var: Path) -> None:
    (var / "no-directory").write_text("a file")
    said = refusal(shell(vault=var / "no-directory" / "vault"), "work")
    assert "INTAKE_VAULT" in said and "no permission to list, write" in said
