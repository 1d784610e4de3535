"""What the processes say about themselves: one JSON object a line, UTC, made of constants, codes and counts.

Only the fields named here are written, so that nothing a visitor typed can slip in with a message of a library.
"""

import json
import logging
import sys
from datetime import UTC, datetime

FIELDS = ("code", "kind", "number", "where", "status", "method", "path", "milliseconds", "attempt", "count")


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON. The message counts only where it is a constant of ours."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "event": record.msg if record.name.startswith("intake") else type(record.msg).__name__,
        }
        line |= {name: value for name in FIELDS if (value := getattr(record, name, None)) is not None}
        if record.exc_info and record.exc_info[0]:
            line.setdefault("code", record.exc_info[0].__name__)
        return json.dumps(line, ensure_ascii=True)


def report_to(stream=sys.stderr) -> None:  # noqa: ANN001  # any text stream
    """Send every line of this process to a stream. Libraries only speak from WARNING on."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("intake").setLevel(logging.INFO)
