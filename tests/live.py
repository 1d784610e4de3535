"""The real thing: `intake serve` and `intake work` as processes of their own, which can be killed and started again."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from intake.config import Settings, environment_name, read_settings
from intake.keys import KeyStore
from tests.components.nursery import Nursery, Process, begin_anew

START_SECONDS = 40
END_SECONDS = 15


class LiveServer:
    """A running service. `env` is its environment, `base_url` where it answers, `logs` everything it has written."""

    def __init__(self, env: dict[str, str], place: Path, nursery: Nursery | None = None) -> None:
        self.env = env
        self._begin_process = nursery.begin if nursery else begin_anew
        self.place = place
        self.settings = read_settings(env)
        self.base_url = self.settings.base_url
        self.processes: dict[str, Process | subprocess.Popen[bytes]] = {}

    def start(self, *commands: str) -> None:
        """Start the web and the worker (or the commands named), and wait until it answers."""
        for command in commands or ("serve", "work"):
            self._begin(command)
        if "serve" in self.processes:
            self._wait_until_healthy()

    def stop(self) -> None:
        """End both as an operator would, and be sure of it."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(timeout=END_SECONDS)
            except subprocess.TimeoutExpired:
                _kill(process)
        self.processes.clear()

    def kill9(self, *commands: str) -> None:
        """Kill the web and the worker (or the commands named) with all their children, without a chance to tidy up."""
        for command in commands or tuple(self.processes):
            _kill(self.processes.pop(command))

    def restart(self, *commands: str) -> None:
        """Start again what was killed, on the same port and the same state."""
        self.start(*(commands or [name for name in ("serve", "work") if name not in self.processes]))

    def run(self, *arguments: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
        """Run another `intake …` command to its end, in the same environment."""
        with TemporaryFile() as out, TemporaryFile() as errors:
            process = self._begin_process(arguments, self._whole_environment(), out, errors)
            try:
                code = process.wait(seconds)
            finally:
                _kill(process)
            said = [Path(f"/proc/self/fd/{each.fileno()}").read_text() for each in (out, errors)]
        return subprocess.CompletedProcess(arguments, code, *said)

    @property
    def logs(self) -> str:
        """Everything the processes have written so far."""
        return "".join(path.read_text(errors="replace") for path in sorted(self.place.glob("*.txt")))

    def _begin(self, command: str) -> None:
        with (self.place / f"{command}.txt").open("ab") as output:
            self.processes[command] = self._begin_process((command,), self._whole_environment(), output, output)

    def _whole_environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("INTAKE_")}
        return clean | {"PYTHONUNBUFFERED": "1"} | self.env

    def _wait_until_healthy(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.processes["serve"].poll() is None:
            try:
                with urllib.request.urlopen(f"{self.base_url}/healthz", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        pytest.fail("the service did not start:\n" + self.logs[-3000:])


def _kill(process: Process | subprocess.Popen[bytes]) -> None:
    """End it and all that it started, and wait for each of them."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        process.wait()
        while True:
            os.waitpid(-process.pid, 0)


Starter = Callable[..., LiveServer]


@pytest.fixture
def start_server(settings: Settings, keys: KeyStore, tmp_path: Path, nursery: Nursery) -> Iterator[Starter]:
    """Call it for a running service: `start_server(mail="smtp", smtp_port=2525)`, settings by their names."""
    started: list[LiveServer] = []

    def start(**said: object) -> LiveServer:
        basic = {
            "env": settings.env, "var": settings.var, "database_url": settings.database_url, "port": settings.port,
            "operator_file": settings.operator_file, "templates": settings.templates, "rate_limits": "off",
            "fastest_request_seconds": settings.fastest_request_seconds,
        }  # fmt: skip
        env = {environment_name(name): str(value) for name, value in (basic | said).items()}
        place = tmp_path / "said"
        place.mkdir(exist_ok=True)
        server = LiveServer(env, place, nursery)
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.kill9()  # ending politely takes seconds, and has its own tests


@pytest.fixture
def live_server(start_server: Starter) -> LiveServer:
    """A running service with development settings, its letters in a folder."""
    return start_server()
