"""The ZIP that the page makes of a folder, in Node: read by Python's own `zipfile` and by our check's reader."""

import json
import random
import zipfile
from pathlib import Path

import pytest

from intake.records.archive import read_directory
from intake.records.opening import Walk
from intake.web.drawing import STATIC
from tests.components.node import run_node

SCRIPT = Path(__file__).parent / "folder_zip.mjs"
GIB = 1024**3


@pytest.fixture
def make(node, tmp_path):
    """Call it with files and stretches for what the script said, and the path of the ZIP."""
    made = []

    def run(files, stretches=None) -> tuple[dict, Path]:
        out, asked = tmp_path / f"{len(made)}.zip", tmp_path / "asked.json"
        made.append(out)
        wanted = {"source": str(STATIC / "records" / "folder.js"), "files": files, "stretches": stretches}
        asked.write_text(json.dumps(wanted | {"out": str(out)}), encoding="utf-8")
        done = run_node(node, SCRIPT, str(asked))
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout), out

    return run


def _reader(path: Path):
    with path.open("rb") as file:

        def read(start: int, stop: int) -> bytes:
            file.seek(start)
            return file.read(stop - start)

        yield read


def _files(path: Path) -> int:
    """How many files its directory lists, as our own check reads it."""
    for read in _reader(path):
        entries, _ = read_directory(read, path.stat().st_size, 100_000)
        return sum(not entry.is_folder for entry in entries)
    raise AssertionError


def _kind(path: Path) -> str | None:
    """Which kind it is after every byte of it was looked at."""
    for read in _reader(path):
        return Walk(path.stat().st_size, None).kind(read, path.stat().st_size)
    raise AssertionError


def test_it_holds_every_file_under_its_path_as_it_was(make) -> None:
    files = {"DISC/DICOMDIR": "index", "DISC/DICOM/IM1": "x" * 70_000, "DISC/تقرير ü.txt": "y", "DISC/empty": ""}
    said, path = make(list(files.items()))
    with zipfile.ZipFile(path) as packed:
        assert packed.testzip() is None
        assert {name: packed.read(name).decode() for name in packed.namelist()} == files
        assert packed.namelist() == sorted(files)
    assert said["name"] == "DISC.zip" and said["size"] == path.stat().st_size
    assert (_files(path), _kind(path)) == (4, "zip")


def test_any_stretch_alone_is_what_stands_there_and_the_order_of_choosing_changes_nothing(make) -> None:
    chance = random.Random(5)
    files = [[f"DISC/{number:03}", "z" * chance.randrange(400)] for number in range(60)]
    _, whole = make(files)
    length = whole.stat().st_size
    cuts = sorted({0, length, *(chance.randrange(length) for _ in range(200))})
    stretches = [list(pair) for pair in zip(cuts, cuts[1:], strict=False)]
    chance.shuffle(stretches)
    chance.shuffle(files)
    _, parts = make(files, stretches)
    assert parts.read_bytes() == whole.read_bytes()


def test_another_folder_has_another_mark_and_what_a_computer_leaves_behind_counts_for_nothing(make) -> None:
    mark = make([["D/a", "one"], ["D/b", "two"]])[0]["spots"]
    left = [["D/.DS_Store", "x"], ["D/sub/Thumbs.db", "x"], ["D/._a", "x"], ["D/desktop.ini", "x"]]
    assert make([["D/b", "two"], *left, ["D/a", "one"]])[0]["spots"] == mark
    for other in ([["D/a", "one"]], [["D/a", "one"], ["D/b", "twO"]], [["D/a", "one"], ["D/c", "two"]]):
        assert make(other)[0]["spots"] != mark


def test_more_files_than_the_old_format_counts(make) -> None:
    _, path = make([[f"D/{number}", ""] for number in range(66_000)])
    with zipfile.ZipFile(path) as packed:
        assert len(packed.namelist()) == 66_000
    assert _files(path) == 66_000


def test_files_and_places_beyond_four_gibibytes(make) -> None:
    # The first two heads and the first file take 101 bytes; the large file itself is left out, as a hole.
    files = [["D/a small", "one"], ["D/b large", 5 * GIB], ["D/c small", "after it"]]
    _, path = make(files, [[0, 101], [101 + 5 * GIB, -1]])
    with zipfile.ZipFile(path) as packed:
        assert [each.file_size for each in packed.infolist()] == [3, 5 * GIB, 8]
        assert (packed.read("D/a small"), packed.read("D/c small")) == (b"one", b"after it")
        assert packed.getinfo("D/c small").header_offset > 5 * GIB
    assert _files(path) == 3


def test_an_empty_folder_is_no_file(make) -> None:
    said, _ = make([], [])
    assert said["size"] == 0
