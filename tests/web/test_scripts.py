"""The scripts of the records page: light on a slow line, served packed, and squeezed without a word of them lost."""

import gzip
import re
from pathlib import Path

import pytest

from intake.web.drawing import STATIC
from intake.web.scripts import PIECES, script, squeezed
from tests.components.node import run_node
from tests.visitor import Visitor

LIGHT = 6_500  # bytes, packed: all that the records page fetches to send any file or folder
TEXT = re.compile(r'"[^"\n]*"|/[(^][^\n]*?/[a-z]*[.,;]')
PIECE_FILES = [STATIC / name / piece for name, pieces in PIECES.items() for piece in pieces]
each_piece = pytest.mark.parametrize("path", PIECE_FILES, ids=lambda path: path.name)


def test_the_script_of_the_records_page_is_light() -> None:
    assert len(script("records").packed) <= LIGHT
    assert gzip.decompress(script("records").packed) == script("records").plain


def test_every_piece_is_served() -> None:
    assert {path.name for path in (STATIC / "records").iterdir()} == set(PIECES["records"])


def test_it_is_served_packed_and_kept_under_the_name_of_its_bytes(client: Visitor) -> None:
    address = f"/scripts/records.js?v={script('records').digest}"
    packed = client.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert (packed.status_code, packed.headers["Content-Encoding"]) == (200, "gzip")
    assert "immutable" in packed.headers["Cache-Control"] and "Accept-Encoding" in packed.headers["Vary"]
    assert packed.mimetype == "text/javascript" and gzip.decompress(packed.data) == script("records").plain
    plain = client.get(address, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers and plain.data == script("records").plain
    assert client.get("/scripts/records.js?v=old").headers["Cache-Control"] == "no-cache"
    assert client.get("/scripts/other.js").status_code == 404


@each_piece
def test_squeezing_changes_no_text_and_no_template(path) -> None:
    before = path.read_text(encoding="utf-8")
    after = squeezed(before)
    code = "\n".join(line for line in before.splitlines() if not line.strip().startswith("//"))
    assert TEXT.findall(after) == TEXT.findall(code)
    assert re.sub(r"\s", "", after) == re.sub(r"\s", "", code)
    for template in re.findall(r"`[^`]*`", code):
        words = re.sub(r"\$\{[^}]*\}+\)?", "\0", template)
        assert "\n" not in template and squeezed(words) == words.strip(), "its words could change"


@each_piece
def test_a_piece_keeps_to_what_squeezing_understands(path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "'" not in re.sub(r'"[^"\n]*"|//[^\n]*', "", text), "texts stand in double quotes"
    for line in text.splitlines():
        code = re.sub(r'"[^"\n]*"|`[^`\n]*`', "", line.strip())
        assert code.startswith("//") or "//" not in code, f"a comment stands on a line of its own: {line}"
        assert not code.startswith("/*") and len(line) <= 140


def test_it_says_nothing_of_its_own() -> None:
    """Every sentence comes from the page, in its language: in the pieces stand only names and signs."""
    for path in PIECE_FILES:
        code = "\n".join(x for x in path.read_text(encoding="utf-8").splitlines() if not x.strip().startswith("//"))
        spoken = [text for text in re.findall(r'"[^"\n]*"', code) if re.search(r"[A-Za-z]{2,} [a-z]{2,}", text)]
        assert spoken == []


def test_what_is_served_is_a_script(node, tmp_path) -> None:
    served = tmp_path / "records.js"
    served.write_bytes(script("records").plain)
    done = run_node(node, Path("--check"), str(served))
    assert done.returncode == 0, done.stderr
