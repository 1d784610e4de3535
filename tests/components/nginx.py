"""A real nginx of the tests' own: one process on loopback, from a settings file of theirs, ended afterwards."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.components import ROOT, need

HOW = "Install it: apt-get install nginx-light"
START_SECONDS = 15
FRAME = """
daemon off;
pid {place}/nginx.pid;
error_log {place}/errors.txt warn;
worker_processes {workers};
{account}
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {place}/bodies;
    proxy_temp_path {place}/answers;
    fastcgi_temp_path {place}/unused-1;
    uwsgi_temp_path {place}/unused-2;
    scgi_temp_path {place}/unused-3;
    {inside}
}}
"""


@contextmanager
def running_nginx(place: Path, inside: str, port: int, workers: int = 1) -> Iterator[subprocess.Popen[bytes]]:
    """nginx with `inside` in its `http` block, which must make it listen on `port`. Its own files are in `place`."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    need(Path(program).is_file(), "nginx", HOW)
    place.mkdir(exist_ok=True)
    account = "user root;" if os.geteuid() == 0 else ""  # so that its worker may enter the folders of a test
    settings = place / "nginx.conf"
    settings.write_text(FRAME.format(place=place, workers=workers, account=account, inside=inside))
    with (place / "said.txt").open("wb") as said:
        process = subprocess.Popen(
            [program, "-p", place, "-c", settings], stdout=said, stderr=said, start_new_session=True
        )
    try:
        _wait_until_it_listens(process, port, place)
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int, place: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("nginx did not start:\n" + (place / "said.txt").read_text()[-2000:])


def shipped_settings() -> str:
    """ops/nginx.conf for a test: without TLS, on loopback, PORT in front of BACK."""
    text = (ROOT / "ops" / "nginx.conf").read_text()
    kept = [line for line in text.splitlines() if not line.strip().startswith(("ssl_", "http2", "listen [::]"))]
    ports = {"listen 443 ssl;": "listen 127.0.0.1:PORT;", "127.0.0.1:8000": "127.0.0.1:BACK"}
    changed = "\n".join(kept)
    for said, wanted in ports.items():
        changed = changed.replace(said, wanted)
    assert "ssl" not in changed and changed.count("PORT") == changed.count("BACK") == 1, "ops/nginx.conf was changed"
    return changed
