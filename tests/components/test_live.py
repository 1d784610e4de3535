"""The real service as the tests run it: it starts, survives being killed, and ends without a trace."""

import os
import urllib.request
from collections.abc import Callable

from tests.components.smtp import Mailroom
from tests.live import LiveServer, Starter
from tests.visitor import Visitor


def status(server: LiveServer, path: str) -> int:
    """The status of a GET."""
    with urllib.request.urlopen(server.base_url + path, timeout=20) as answer:
        return answer.status


def test_a_killed_service_comes_back_on_the_same_address(live_server: LiveServer) -> None:
    assert status(live_server, "/healthz") == 200
    killed = [process.pid for process in live_server.processes.values()]
    live_server.kill9()
    assert not [pid for pid in killed if os.path.exists(f"/proc/{pid}")]
    live_server.restart()
    assert status(live_server, "/request/en/") == 200
    live_server.stop()
    assert live_server.processes == {}


def test_the_worker_sends_what_a_command_put_in(start_server: Starter, smtp_server: Mailroom) -> None:
    server = start_server(
        mail="smtp", smtp_host=smtp_server.host, smtp_port=smtp_server.port, smtp_security="none",
        mail_from="intake@example.org", mail_reply_to="desk@example.org",
    )  # fmt: skip
    invited = server.run("invite", "Ada Example", "ada@example.org")
    assert invited.returncode == 0, invited.stderr
    link = invited.stdout.split()[-1]
    (letter,) = smtp_server.wait_for(1, "ada@example.org")
    assert link in letter.as_string().replace("=\n", "") or link in str(letter.get_body(("plain",)))
    assert link.rsplit("/", 1)[1] not in server.logs


def test_a_visitor_without_a_browser_sees_the_pages(client: Visitor, new_client: Callable[[], Visitor]) -> None:
    assert client.get("/request/en/").status_code == 200
    assert new_client() is not client
