"""Real components that the tests start and end themselves. A missing one skips its tests, or fails them under CI."""

import os
import socket
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def need(found: object, component: str, how: str) -> None:
    """Go on only if `found`; else skip saying `how` to get the component. Under CI=true nothing may be skipped."""
    if found:
        return
    said = f"{component} is not here. {how}"
    if os.environ.get("CI") == "true":
        pytest.fail(said, pytrace=False)
    pytest.skip(said)


def free_port() -> int:
    """A loopback port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
