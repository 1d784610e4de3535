"""Bytes given out: the first of them quickly, none of them before they were proved, and the line let go at the end."""

import io
from collections.abc import Iterator

import pytest

from intake.errors import SealBroken
from intake.records.reading import read_range
from intake.records.sealing import SEALED_RECORD_BYTES
from intake.records.vault import DirectoryVault
from intake.web.giving import Gift, give
from tests.records.bench import KEY, Bench, make_bench, some_bytes

LENGTH = 3_000_000


class Counting(DirectoryVault):
    """A directory that counts what is read of it."""

    taken = 0

    def open(self, object_id: str) -> io.BytesIO:
        """The object, each of its reads counted."""
        vault = self

        class Counted(io.BytesIO):
            def read(self, size: int | None = -1) -> bytes:
                piece = super().read(size)
                vault.taken += len(piece)
                return piece

        with super().open(object_id) as file:
            return Counted(file.read())


@pytest.fixture
def bench(services, var, now) -> Bench:
    return make_bench(services.database, var / "vault", now, services.clock(), vault=Counting(var / "vault"))


def _gift(bench: Bench, body: bytes) -> Gift:
    upload = bench.receive(body)
    held = bench.parts(upload)
    return Gift(
        lambda start, stop: read_range(bench.vault, KEY, upload, held, start, stop),
        upload.length, "abc", "scan.pdf", "application/pdf",
    )  # fmt: skip


@pytest.mark.parametrize("start", [0, 1_700_000])
def test_a_download_begins_after_one_sealed_record_however_large_the_file_is(app, bench: Bench, start: int) -> None:
    body, begun = some_bytes(LENGTH), []
    with app.test_request_context(headers={"Range": f"bytes={start}-"}):
        answer = give(_gift(bench, body), begun.append)
        assert answer.status_code == 206 and begun == [start]
        assert 0 < bench.vault.taken <= SEALED_RECORD_BYTES
        assert b"".join(answer.iter_encoded()) == body[start:]


def test_nothing_is_said_to_have_been_read_before_the_first_bytes_are_proved(app, bench: Bench) -> None:
    gift, begun = _gift(bench, some_bytes(LENGTH)), []
    for object_id in bench.objects():
        bench.vault.destroy(object_id)
    with app.test_request_context(), pytest.raises(SealBroken):
        give(gift, begun.append)
    assert begun == []


def test_whoever_goes_away_in_the_middle_leaves_nothing_open(app) -> None:
    ended = []

    def pieces(start: int, stop: int) -> Iterator[bytes]:
        try:
            for _ in range(10):
                yield b"0123456789"
        finally:
            ended.append(True)

    with app.test_request_context():
        answer = give(Gift(pieces, 100, "abc", "a.pdf", "application/pdf"), lambda start: None)
    body = iter(answer.response)
    assert next(body) == b"0123456789" and not ended
    answer.close()
    del body
    assert ended == [True]
