"""What only a store can do to us: be away, refuse us, lose an answer, list in pages. Nothing is lost by it."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from intake.config import Settings, read_settings
from intake.db import Database
from intake.errors import SettingsIncomplete, VaultAway, VaultUnfit
from intake.records import removing, store_vault
from intake.records.appending import SHORT_PART_BYTES
from intake.records.store_vault import LARGEST_OBJECT_BYTES, MOST_AHEAD_BYTES, StoreReader, StoreVault
from intake.records.vault import DirectoryVault, new_object_id, prove
from intake.services import make_vault
from tests.components import free_port
from tests.components.faulty_line import FaultyLine, faulty_line
from tests.components.seaweedfs import SeaweedFS, open_vault
from tests.records.bench import Bench, make_bench, some_bytes

on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
QUICK = {"init_backoff": timedelta(milliseconds=2), "max_backoff": timedelta(milliseconds=5), "base": 2}


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same tries as in production, with shorter waits between them."""
    monkeypatch.setitem(store_vault.RETRY, "backoff", QUICK)


@pytest.fixture
def line(seaweedfs: SeaweedFS) -> Iterator[FaultyLine]:
    """A line to the store that is in order until it is told otherwise."""
    with faulty_line(seaweedfs.ports["s3"], one_in=0) as line:
        yield line


@pytest.fixture
def vault(seaweedfs: SeaweedFS, line: FaultyLine) -> StoreVault:
    """An empty vault at the end of that line."""
    return seaweedfs.vault(line.endpoint)


@pytest.fixture
def bench(database: Database, var: Path, now, vault: StoreVault) -> Bench:
    """A records room on that vault."""
    return make_bench(database, var, now, now + timedelta(days=30), vault=vault)


def test_a_write_whose_answer_was_lost_is_found_to_be_ours(seaweedfs: SeaweedFS) -> None:
    with faulty_line(seaweedfs.ports["s3"], one_in=3, seed=4) as line:
        vault, bodies = seaweedfs.vault(line.endpoint), {}
        for number in range(30):
            object_id = new_object_id()
            bodies[object_id] = some_bytes(900 + number, number)
            vault.put(object_id, [bodies[object_id][:500], bodies[object_id][500:]])
        assert min(line.seen["PUT", fault] for fault in ("error", "hang up before", "hang up after")) >= 2
        assert set(vault.every()) == bodies.keys()
        assert all(vault.read(object_id, 0, 2000) == body for object_id, body in bodies.items())


def test_a_store_that_stays_away_is_said_after_a_few_tries_by_every_verb(vault: StoreVault, line: FaultyLine) -> None:
    vault.put(there := new_object_id(), [b"x"])
    line.closed |= {"GET", "HEAD", "PUT", "POST", "DELETE"}
    acts = (lambda: vault.put(new_object_id(), [b"y"]), lambda: vault.open(there), lambda: vault.size(there),
            lambda: vault.read(there, 0, 1), lambda: list(vault.every()), vault.need_answer)  # fmt: skip
    for act in acts:
        with pytest.raises(VaultAway):
            act()
    assert line.seen["PUT", "error"] == 2 * 5, "two rounds of one try and four more"
    line.closed.clear()
    assert list(vault.every()) == [there], "what was refused is not there"


@on_one_database
def test_what_could_not_be_removed_now_is_cleared_by_the_sweep(
    bench: Bench, line: FaultyLine, caplog: pytest.LogCaptureFixture
) -> None:
    upload = bench.receive(b"a record")
    line.closed |= {"DELETE", "POST"}
    assert removing.forget_case(bench.database, bench.vault, upload.case_id) == 1
    assert len(bench.objects()) == 1 and "the sweep will" in caplog.text
    line.closed.clear()
    assert removing.sweep_strays(bench.database, bench.vault, bench.now) == 0
    bench.now += timedelta(hours=1)
    assert removing.sweep_strays(bench.database, bench.vault, bench.now) == 1
    assert bench.objects() == set()


@on_one_database
def test_a_part_that_the_store_does_not_take_leaves_the_offset_where_it_was(bench: Bench, line: FaultyLine) -> None:
    body = some_bytes(2 * SHORT_PART_BYTES + 100)
    upload = bench.begin(len(body))
    bench.append(upload, 0, [body[:SHORT_PART_BYTES]])
    line.closed.add("PUT")
    for _ in range(2):
        with pytest.raises(VaultAway):
            bench.append(upload, SHORT_PART_BYTES, [body[SHORT_PART_BYTES:]])
        assert bench.offset(upload) == SHORT_PART_BYTES
    line.closed.clear()
    assert bench.append(upload, SHORT_PART_BYTES, [body[SHORT_PART_BYTES:]]).complete
    assert bench.read(bench.again(upload)) == body
    assert bench.objects() == {part.object_id for part in bench.parts(upload)}


@on_one_database
def test_a_short_part_that_cannot_be_read_again_stays_as_it_is(bench: Bench, line: FaultyLine) -> None:
    upload = bench.begin(8)
    bench.append(upload, 0, [b"1234"])
    line.closed.add("GET")
    with pytest.raises(VaultAway):
        bench.append(upload, 4, [b"5678"])
    line.closed.clear()
    assert bench.append(upload, 4, [b"5678"]).complete and bench.read(bench.again(upload)) == b"12345678"


def test_an_object_is_bounded_so_that_memory_is(vault: StoreVault) -> None:
    filling = vault.begin(new_object_id())
    filling.write(bytes(LARGEST_OBJECT_BYTES))
    with pytest.raises(ValueError, match="one request"):
        filling.write(b"x")


def test_a_list_of_many_objects_comes_in_pages_and_is_whole(vault: StoreVault, line: FaultyLine) -> None:
    ids = {new_object_id() for _ in range(1100)}
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda object_id: vault.put(object_id, [b"x"]), ids)) == 1100
    before = line.seen["GET", "fine"]
    assert set(vault.every()) == ids
    assert line.seen["GET", "fine"] - before == 2, "a thousand to a page"


def test_what_is_not_ours_in_the_same_folder_is_not_listed(seaweedfs: SeaweedFS) -> None:
    address = seaweedfs.address()
    place, _, query = address.partition("?")
    deeper = open_vault(f"{place}/deeper?{query}", seaweedfs.access)
    deeper.put(new_object_id(), [b"x"])
    assert list(open_vault(address, seaweedfs.access).every()) == []


def test_a_reader_asks_first_for_what_is_wanted_and_then_for_more_and_never_beyond_the_end() -> None:
    body, asked = some_bytes(20_000_000), []

    def fetch(start: int, stop: int) -> bytes:
        asked.append(stop - start)
        return body[start:stop]

    reader, size = StoreReader(len(body), fetch), 524_316
    assert reader.read(size) == body[:size] and asked == [size]
    pieces = [reader.read(size) for _ in range(len(body) // size + 1)]
    assert body[:size] + b"".join(pieces) == body and reader.read(1) == b""
    assert asked[1] == 2 * size and max(asked) <= MOST_AHEAD_BYTES and sum(asked) == len(body)


def test_who_may_only_read_or_gives_a_wrong_key_or_bucket_is_told_so_as_we_start(seaweedfs: SeaweedFS) -> None:
    wrong_key = seaweedfs.access | {"AWS_SECRET_ACCESS_KEY": "not-the-one"}
    cases = (
        (seaweedfs.address(), seaweedfs.reader),
        (seaweedfs.address(), wrong_key),
        (seaweedfs.address(bucket="elsewhere"), seaweedfs.reader),
    )
    for address, access in cases:
        with pytest.raises(VaultUnfit) as told:
            prove(open_vault(address, access))
        assert "permission" in str(told.value) and "not-the-one" not in str(told.value)


def test_a_store_that_is_away_as_we_start_is_not_called_unfit() -> None:
    access = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    vault = open_vault(f"s3://records?endpoint=http://127.0.0.1:{free_port()}", access)
    with pytest.raises(VaultAway):
        prove(vault)


def test_what_the_store_says_of_an_error_is_not_written_down(
    vault: StoreVault, line: FaultyLine, caplog: pytest.LogCaptureFixture
) -> None:
    line.closed.add("HEAD")
    with caplog.at_level(logging.DEBUG), pytest.raises(VaultAway):
        vault.size(object_id := new_object_id())
    assert "GenericError" in caplog.text
    assert object_id not in caplog.text and "http" not in caplog.text


def _settings(tmp_path: Path, **said: str) -> Settings:
    return read_settings({"INTAKE_ENV": "development", "INTAKE_VAR": str(tmp_path)} | said)


def test_the_settings_choose_the_vault(tmp_path: Path, seaweedfs: SeaweedFS) -> None:
    assert isinstance(make_vault(_settings(tmp_path)), DirectoryVault)
    chosen = make_vault(_settings(tmp_path, INTAKE_VAULT_URL=seaweedfs.address(), **seaweedfs.access))
    assert isinstance(chosen, StoreVault)
    prove(chosen)


@pytest.mark.parametrize(
    ("url", "access"),
    [
        ("az://container/folder", {"AZURE_STORAGE_ACCOUNT_NAME": "someone", "AZURE_STORAGE_ACCOUNT_KEY": "a2V5"}),
        ("gs://bucket/folder", {}),
        ("s3://bucket", {}),
    ],
)
def test_the_other_kinds_are_made_from_their_address(tmp_path: Path, url: str, access: dict[str, str]) -> None:
    assert isinstance(make_vault(_settings(tmp_path, INTAKE_VAULT_URL=url, **access)), StoreVault)


@pytest.mark.parametrize(
    ("url", "access"),
    [
        ("az://container", {}),
        ("s3://bucket?regoin=eu-1", {}),
        ("s3://bucket", {"AWS_ACCESS_KEY_ID": "s3cret"}),
        ("gs://bucket", {"GOOGLE_SERVICE_ACCOUNT": "s3cret"}),
    ],
)
def test_an_address_that_makes_no_sense_is_a_wrong_setting(tmp_path: Path, url: str, access: dict[str, str]) -> None:
    with pytest.raises(SettingsIncomplete) as told:
        make_vault(_settings(tmp_path, INTAKE_VAULT_URL=url, **access))
    assert "INTAKE_VAULT_URL" in str(told.value) and "s3cret" not in str(told.value)
