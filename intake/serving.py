"""Serves the application over HTTP with gunicorn: one process, many threads, on loopback unless told otherwise.

Ends gracefully on SIGTERM. Writes one JSON line a request, without token, query, address or person in it.
"""

import gc
import json
import logging
import re
import socket
import struct
import sys
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger

from intake.clock import now
from intake.config import Settings

READ_STALL_SECONDS = 30  # a visitor who sends nothing for this long is let go; what arrived is kept
WRITE_STALL_SECONDS = 60
HEARTBEAT_SECONDS = 120  # of the process, not of a request: a request may take hours
GRACE_SECONDS = 30
KEEP_ALIVE_SECONDS = 75  # longer than nginx, Caddy and browsers keep theirs, so that they close first
MEMORY = Path("/dev/shm")  # noqa: S108  # where heartbeats do not wait for a busy disk

PLAIN_SEGMENT = re.compile(r"[A-Za-z0-9._~-]{0,80}")
TOKEN = re.compile(r"[a-z]{4,8}\.[A-Za-z0-9_-]{22,}\.[0-9]{1,6}\.[A-Za-z0-9_-]{20,}")
REQUEST_TARGET = re.compile(r"/[^\s'\"]*")
CUT = "…"


def serve(make_application: Callable[[], WSGIApplication], settings: Settings) -> None:
    """Serve until a signal ends us. The application is made in the serving process, so no connection is shared."""
    Server(make_application, settings).run()


def masked_path(path: str) -> str:
    """A path without what could open something or name somebody: link tokens, and segments that we never made."""
    segments = path.split("?", 1)[0].split("/")
    return "/".join(_masked(segment, before) for segment, before in zip(segments, ["", *segments], strict=False))


def _masked(segment: str, before: str) -> str:
    if segment and before == "l":
        return CUT
    return segment if PLAIN_SEGMENT.fullmatch(segment) and not TOKEN.fullmatch(segment) else CUT


class Lines(logging.Formatter):
    """One JSON object a line. An exception gives its kind and place, never its text: that may quote what was typed."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line."""
        line: dict[str, object] = {"at": now().isoformat(timespec="milliseconds"), "level": record.levelname.lower()}
        line["from"] = record.name
        line |= getattr(record, "facts", None) or {"said": _masked_text(record.getMessage())}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = list(_places(record.exc_info[2]))
        return json.dumps(line, ensure_ascii=False)


def write_lines(level: int = logging.INFO) -> None:
    """Make every logger of this process write such lines to standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(Lines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # each step of a migration is no news
    # At DEBUG this package writes out the API key and whole letters.
    logging.getLogger("python_http_client").setLevel(logging.WARNING)


def _masked_text(text: str) -> str:
    return REQUEST_TARGET.sub(lambda found: masked_path(found.group()), TOKEN.sub(CUT, text))


def _places(trace: Any) -> Iterable[str]:
    while trace is not None:
        code = trace.tb_frame.f_code
        yield f"{Path(code.co_filename).name}:{trace.tb_lineno} {code.co_name}"
        trace = trace.tb_next


class RequestLines(Logger):
    """Gunicorn's logger, with our lines in place of its own."""

    def setup(self, cfg: Config) -> None:
        """Gunicorn's own set-up, then our format on each of its handlers."""
        super().setup(cfg)
        # Python's own way to leave out of a record what no line of ours says: finding it takes longer than the line.
        logging._srcfile = None  # type: ignore[attr-defined]
        logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
        for logger in (self.error_log, self.access_log):
            for handler in logger.handlers:
                handler.setFormatter(Lines())

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> None:
        """One line for one request that was answered."""
        facts = {
            "method": environ.get("REQUEST_METHOD", ""),
            "path": masked_path(environ.get("PATH_INFO", "")),
            "status": int(str(resp.status).split(None, 1)[0]),
            "bytes": getattr(resp, "sent", None) or 0,
            "ms": round(request_time.total_seconds() * 1000),
        }
        self.access_log.info("request", extra={"facts": facts})

    def warning(self, msg: str, *args: object, **kwargs: Any) -> None:
        """A warning; for a request that was no HTTP, without the sender's address and what was sent."""
        if msg.startswith("Invalid request"):
            msg = "a request that is not HTTP was refused"
        super().warning(msg, *args, **kwargs)


class Server(BaseApplication):
    """Gunicorn, set up from our settings alone: it reads no file and no arguments."""

    def __init__(
        self,
        make_application: Callable[[], WSGIApplication],
        settings: Settings,
        *,
        read_stall_seconds: int = READ_STALL_SECONDS,
    ) -> None:
        self.make_application = make_application
        self.settings = settings
        self.read_stall_seconds = read_stall_seconds
        super().__init__()

    def load_config(self) -> None:
        """Hand our choices to gunicorn."""
        host = f"[{self.settings.bind}]" if ":" in self.settings.bind else self.settings.bind
        choices: dict[str, object] = {
            "bind": f"{host}:{self.settings.port}",
            "worker_class": "gthread",
            "workers": 1,  # rate limits and SQLite's turn live in one process
            "threads": self.settings.threads,
            "timeout": HEARTBEAT_SECONDS,
            "graceful_timeout": GRACE_SECONDS,
            "keepalive": KEEP_ALIVE_SECONDS,
            "worker_tmp_dir": str(MEMORY) if MEMORY.is_dir() else None,
            "control_socket_disable": True,
            "accesslog": "-",
            "errorlog": "-",
            "loglevel": "warning",
            "logger_class": RequestLines,
            "proc_name": "intake",
            "when_ready": self._limit_stalls,
        }
        for name, value in choices.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        """The application, made after the fork."""
        application = self.make_application()
        gc.freeze()  # what stands for good (knowledge, words, templates) need not be looked through again and again
        return application

    def _limit_stalls(self, arbiter: Arbiter) -> None:
        # Accepted sockets inherit these. Unlike a socket timeout they bound each wait and not a whole download, so that
        # slow lines may take their time and only silent ones are let go.
        for listener in arbiter.LISTENERS:
            for option, seconds in (
                (socket.SO_RCVTIMEO, self.read_stall_seconds),
                (socket.SO_SNDTIMEO, WRITE_STALL_SECONDS),
            ):
                listener.sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("@ll", seconds, 0))
