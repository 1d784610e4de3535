"""The servers that uploads are measured on: ours, the reference server of tus with files, and nginx; on one disk."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from intake import commands
from intake.config import environment_name, read_settings
from intake.desk import coordinators
from intake.links import grants, sessions
from intake.links.sessions import Role
from intake.links.tokens import Purpose
from intake.records import removing, store
from intake.records.upload import Findings, State, Verdict, key_owner, seal_findings
from intake.services import Services, make_services
from tests import builders
from tests.benchmarks.lighthouse import install_packages, wait_for
from tests.benchmarks.wire import Answer, Wire, upload
from tests.components import ROOT, free_port
from tests.components.nginx import running_nginx
from tests.components.nursery import PROGRAM
from tests.components.sending import family

PEER = Path(__file__).parent / "tus_peer.mjs"
OURS, TUS, NGINX, FRONT = "ours", "@tus/server", "nginx", "ours behind nginx"
TICKS = os.sysconf("SC_CLK_TCK")
AT_ONCE = 32  # no figure may hang on a queue for places


@dataclass
class Server:
    """One server: how it takes a file, gives it out, and forgets it; and the process that all of it belongs to."""

    name: str
    port: int
    process: int
    put: Callable[[Wire, Path, int, int], str]
    get: Callable[[Wire, str], Answer]
    forget: Callable[[], None]

    def cpu_seconds(self) -> float:
        """What its processes have used so far, user and system."""
        return sum(_cpu(pid) for pid in family(self.process))

    def forget_memory(self) -> None:
        """Begin the high-water mark of memory anew."""
        for pid in family(self.process):
            with suppress(OSError):
                Path(f"/proc/{pid}/clear_refs").write_text("5")

    def memory_mib(self) -> float:
        """The high-water mark of its largest process since then, in MiB; the others only watch."""
        return max(_high_water(pid) for pid in family(self.process)) / 1024


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _high_water(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


@contextmanager
def ours(place: Path) -> Iterator[Server]:
    """`intake serve` with development settings in a folder, asked by an upload session and by a coordinator's."""
    said = {"env": "development", "var": place / "var", "port": free_port(), "rate_limits": "off"}
    said |= {"operator_file": ROOT / "operator.toml", "templates": ROOT / "templates"}
    said |= {"threads": 2 * AT_ONCE, "upload_threads": AT_ONCE}
    env = {environment_name(name): str(value) for name, value in said.items()}
    settings = read_settings(env)
    commands.make_keys(settings)
    commands.migrate(settings)
    with ExitStack() as closing:
        house = make_services(settings)
        closing.callback(house.close)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("INTAKE_")} | env
        process = closing.enter_context(_running([sys.executable, "-c", PROGRAM, "serve"], environment))
        wait_for(settings.port)
        room = Room(house)
        yield Server(OURS, settings.port, process, room.put, room.get, room.forget)


class Room:
    """A case in our service, a browser that may send to it, and a coordinator who may read it."""

    def __init__(self, house: Services) -> None:
        self._house, now = house, house.clock()
        with house.database.transaction() as tx:
            self._case = builders.a_case(tx, house, now).id
            reader = coordinators.invite(tx, house.keys, house.ring, "Ines Probe", "ines@example.org", "en", now)
            coordinators.mark_enrolled(tx, reader.id, now)
        self._reader = reader.id
        self._sending = self._looking = {"": ""}
        self.forget()

    def forget(self) -> None:
        """Everything that was sent goes, and new sessions begin, with a new quota."""
        house, now = self._house, self._house.clock()
        removing.forget_case(house.database, house.vault, self._case)
        with house.database.transaction() as tx:
            until = now.replace(year=now.year + 1)
            grant = grants.issue(tx, Purpose.UPLOAD, self._case, until, now, files=1000, bytes_=1 << 50)
            secret = sessions.start(tx, Role.UPLOAD, self._case, now, grant=grant, expires_at=until)
            desk = sessions.start(tx, Role.DESK, self._reader, now)
        self._sending = {"Cookie": f"__Host-upload={secret}"}
        self._looking = {"Cookie": f"__Host-desk={desk}"}

    def put(self, wire: Wire, source: Path, size: int, piece: int) -> str:
        """A file by tus; returns the address under which a coordinator reads it."""
        upload_id = upload(wire, self._sending, source, size, piece).rsplit("/", 1)[1]
        return f"/desk/cases/{self._case}/records/{upload_id}"

    def get(self, wire: Wire, address: str) -> Answer:
        """The file, opened by the server; it counts as checked and clean from the first time on."""
        upload_id, house = address.rsplit("/", 1)[1], self._house
        findings = seal_findings(house.keys.get(key_owner(self._case)), upload_id, Findings("0" * 64, 0))
        with house.database.transaction() as tx:
            verdict = {"state": State.CHECKED.value, "verdict": Verdict.CLEAN.value, "kind": "pdf"}
            store.change(tx, upload_id, findings=findings, checked_at=house.clock(), **verdict)
        return wire.ask("GET", address, self._looking)


@contextmanager
def behind_nginx(server: Server, place: Path, settings: str) -> Iterator[Server]:
    """The same server, through nginx with these settings (its `http` block; PORT and BACK stand for the ports)."""
    port = free_port()
    with running_nginx(place, settings.replace("PORT", str(port)).replace("BACK", str(server.port)), port):
        yield Server(FRONT, port, server.process, server.put, server.get, server.forget)


@contextmanager
def tus_peer(place: Path) -> Iterator[Server]:
    """The reference server, which stores what comes as it is, without a sync."""
    install_packages()
    place.mkdir()
    port = free_port()

    def forget() -> None:
        for path in place.iterdir():
            path.unlink()

    def no_get(wire: Wire, address: str) -> Answer:
        raise NotImplementedError

    with _running(["node", str(PEER), str(port), str(place)], dict(os.environ)) as process:
        wait_for(port)
        yield Server(TUS, port, process, lambda *said: upload(said[0], {}, *said[1:]), no_get, forget)


@contextmanager
def plain_nginx(place: Path) -> Iterator[Server]:
    """nginx that takes a file by one PUT and gives it out by sendfile: the bound of what this machine can do."""
    files, port = place / "files", free_port()
    files.mkdir(parents=True)
    inside = f"""server {{
        listen 127.0.0.1:{port}; root {files}; client_max_body_size 0; dav_methods PUT; sendfile on;
        tcp_nopush on; keepalive_requests 100000;
    }}"""

    def put(wire: Wire, source: Path, size: int, piece: int) -> str:
        descriptor, address = os.open(source, os.O_RDONLY), f"/{time.monotonic_ns()}"
        try:
            answer = wire.ask("PUT", address, {}, (descriptor, 0, size))
        finally:
            os.close(descriptor)
        if answer.status != 201:
            raise SystemExit(f"nginx did not take the file: {answer.status}")
        return address

    def forget() -> None:
        for path in files.iterdir():
            path.unlink()

    with running_nginx(place, inside, port) as process:
        yield Server(NGINX, port, process.pid, put, lambda wire, address: wire.ask("GET", address, {}), forget)


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[int]:
    process = subprocess.Popen(
        command, env=environment, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield process.pid
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
