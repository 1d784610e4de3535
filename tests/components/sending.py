"""Whoever sends records over HTTP: a running service, a way in through the real link, and a plain speaker of tus."""

import base64
import http.client
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from intake import clock, commands
from intake.cases import ways_in
from intake.config import Settings, environment_name
from intake.records import parts, reading, store
from intake.records.upload import Upload, key_owner
from intake.services import Services, make_services
from tests.builders import a_case
from tests.components import ROOT, free_port
from tests.live import LiveServer

OFFSET_TYPE = "application/offset+octet-stream"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def offset(self) -> int | None:
        """Where it says that the upload stands."""
        said = self.headers["Upload-Offset"]
        return None if said is None else int(said)


@dataclass
class Sender:
    """One browser: asks a port, says a host, holds a cookie. A new line for each request, so that any may break."""

    port: int
    host: str
    cookie: str = ""
    seconds: float = 60
    headers: dict[str, str] = field(default_factory=lambda: {"Tus-Resumable": "1.0.0"})

    def ask(self, method: str, path: str, body: bytes | None = None, **said: str | None) -> Answer:
        """One request. Headers are said with _ for -; None leaves one out."""
        named = {name.replace("_", "-"): value for name, value in said.items()}
        headers: dict[str, str | None] = {"Host": self.host, "Cookie": self.cookie} | self.headers | named
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.seconds)
        try:
            line.request(method, path, body, {name: value for name, value in headers.items() if value is not None})
            answer = line.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            line.close()

    def announce(self, length: int, name: str = "study.zip", **said: str | None) -> str:
        """The address of a new upload."""
        metadata = f"filename {base64.b64encode(name.encode()).decode()}"
        answer = self.ask("POST", "/uploads", **{"Upload_Length": str(length), "Upload_Metadata": metadata} | said)
        assert answer.status == 201, answer.body
        return urlsplit(answer.headers["Location"]).path

    def head(self, address: str) -> Answer:
        """Where an upload stands."""
        return self.ask("HEAD", address)

    def patch(self, address: str, offset: int, body: bytes, **said: str | None) -> Answer:
        """Add bytes."""
        return self.ask("PATCH", address, body, **{"Upload_Offset": str(offset), "Content_Type": OFFSET_TYPE} | said)

    def patch_head(self, address: str, offset: int, announced: int) -> bytes:
        """The head of a PATCH, for who sends its body by hand, or only a part of it."""
        said = {"Host": self.host, "Cookie": self.cookie, "Upload-Offset": str(offset), "Content-Type": OFFSET_TYPE}
        said |= {"Content-Length": str(announced)} | self.headers
        lines = [f"PATCH {address} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items()), "", ""]
        return "\r\n".join(lines).encode()


def let_in(settings: Settings, services: Services) -> Sender:
    """A browser that pressed the button of the upload link of a new case."""
    now = clock.now()
    with services.database.transaction() as tx:
        link = urlsplit(ways_in.upload_link(tx, services, a_case(tx, services, now), now)).path
    visitor = Sender(settings.port, settings.host, headers={"Sec-Fetch-Site": "same-origin"})
    landing = visitor.ask("GET", link)
    token = TOKEN.search(landing.body.decode())
    assert token is not None
    visitor.cookie = landing.headers["Set-Cookie"].split(";")[0]
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    answer = visitor.ask("POST", link, f"csrf_token={token[1]}".encode(), **form)
    assert answer.status == 303, answer.body[:300]
    cookies = answer.headers.get_all("Set-Cookie") or []
    return Sender(
        settings.port, settings.host, next(each.split(";")[0] for each in cookies if each.startswith("__Host-upload="))
    )


def upload_of(services: Services, address: str) -> Upload:
    """The upload behind an address, as its row stands."""
    with services.database.read() as tx:
        return store.get(tx, address.rsplit("/", 1)[1])


def committed(services: Services, address: str) -> int:
    """How many of its bytes we hold for certain."""
    with services.database.read() as tx:
        return parts.committed(tx, address.rsplit("/", 1)[1])


def arrived(services: Services, address: str) -> bytes:
    """The bytes of a complete upload, opened."""
    upload = upload_of(services, address)
    with services.database.read() as tx:
        held = parts.of_upload(tx, upload.id)
    key = services.keys.get(key_owner(upload.case_id))
    return b"".join(reading.read_range(services.vault, key, upload, held, 0, upload.length))


def family(pid: int) -> list[int]:
    """A process and all its descendants that live."""
    children: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            children += map(int, path.read_text().split())
    return [pid, *(each for child in children for each in family(child))]


@dataclass
class House:
    """A running service, what stands behind it, and a browser that may send."""

    server: LiveServer
    services: Services
    sender: Sender


@contextmanager
def running_house(place: Path, *processes: str, **said: object) -> Iterator[House]:
    """A service of its own in a folder, for a whole module or a benchmark; on SQLite unless told otherwise."""
    basic = {"env": "development", "var": place / "var", "port": free_port(), "rate_limits": "off"}
    basic |= {"operator_file": ROOT / "operator.toml", "templates": ROOT / "templates"}
    place.mkdir(exist_ok=True)
    server = LiveServer({environment_name(name): str(value) for name, value in (basic | said).items()}, place)
    commands.make_keys(server.settings)
    commands.migrate(server.settings)
    services = make_services(server.settings)
    try:
        server.start(*processes)
        yield House(server, services, let_in(server.settings, services))
    finally:
        server.kill9()
        services.close()
