"""The records room, on each database."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from intake.db import Database
from tests.records.bench import Bench, make_bench


@pytest.fixture
def bench(database: Database, var: Path, now: datetime) -> Bench:
    """A room on a fresh database and an empty vault."""
    return make_bench(database, var / "vault", now, now + timedelta(days=30))
