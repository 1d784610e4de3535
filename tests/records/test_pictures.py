"""Looking at photographed pages: what is said is true, nothing is refused, and no picture does harm."""

import io
import os
import random
import struct
import tracemalloc
import zlib

import pytest
from PIL import Image, ImageChops

from intake.records import apart, pictures, ready
from intake.records.apart import Allowance
from intake.records.legible import Look, from_json, hints
from intake.records.members import Member
from intake.records.pictures import look
from tests.records.photographed import as_file, judged, page, photo
from tests.records.programs import LOOKING, beginning


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF"])
def test_a_sharp_page_by_day_gets_no_hint_in_any_format(kind: str) -> None:
    made, _ = page(1)
    seen = look(as_file(photo(made, 1), kind))
    assert hints(seen) == [] and (seen.broken, seen.huge) == (False, False)
    assert min(seen.width, seen.height) > 1300 and seen.sharpness > pictures.BLURRED_BELOW


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF"])
def test_a_blurred_page_is_called_blurred_in_any_format(kind: str) -> None:
    made, letter = page(2)
    seen = look(as_file(photo(made, 2, blur=0.4 * letter), kind))
    assert seen.blurred and hints(seen) == [
        "Page %(page)s looks blurred. If you cannot read it yourself on the screen, take it again in daylight."
    ]


def test_one_sharp_line_on_an_empty_page_is_sharp_and_an_empty_page_is_notjudged() -> None:
    made, _ = page(3, lines=2)
    assert not look(as_file(photo(made, 3))).blurred
    grain = ImageChops.add(Image.new("L", (1400, 1900), 240), Image.effect_noise((1400, 1900), 8), offset=-128)
    empty = look(as_file(grain))
    assert empty.sharpness is None and not empty.blurred


def test_a_dark_page_and_a_bright_one_are_told_apart() -> None:
    made, _ = page(4)
    assert look(as_file(photo(made, 4, light=0.2))).dark
    assert look(as_file(Image.new("L", (1400, 1900), 252))).pale
    sharp = look(as_file(photo(made, 4)))
    assert not sharp.dark and not sharp.pale


def test_a_small_picture_is_called_small() -> None:
    made, _ = page(5)
    assert look(as_file(made.resize((600, 850)))).small


def test_a_picture_on_its_side_is_measured_as_it_is_shown() -> None:
    made, _ = page(6)
    exif = Image.Exif()
    exif[pictures.ORIENTATION] = 6
    seen = look(as_file(made.rotate(90, expand=True), exif=exif))
    assert (seen.width, seen.height) == made.size


def test_what_shines_through_counts_as_paper() -> None:
    made, _ = page(7)
    clear = Image.merge("LA", (Image.new("L", made.size, 0), made.point(lambda v: 255 - v)))
    assert not look(as_file(clear, "PNG")).dark


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF"])
def test_a_picture_cut_short_is_broken_and_never_an_error(kind: str) -> None:
    whole = as_file(photo(page(8)[0], 8), kind).getvalue()
    for share in (0.02, 0.3, 0.7, 0.97):
        seen = look(io.BytesIO(whole[: int(len(whole) * share)]))
        assert seen.broken and not seen.blurred, share


def test_what_is_no_picture_is_broken() -> None:
    rnd = random.Random(9)
    for head in (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"\0\0\0\x18ftypheic", b"%PDF-1.7", rnd.randbytes(400)):
        assert look(io.BytesIO(head + rnd.randbytes(200))).broken


def test_spoilt_pictures_never_raise() -> None:
    rnd = random.Random(10)
    small = page(10, per_mm=1.5)[0]
    for kind in ("JPEG", "PNG", "HEIF"):
        whole = as_file(small, kind).getvalue()
        for _ in range(40):
            spoilt = bytearray(whole)
            for _ in range(rnd.randint(1, 30)):
                spoilt[rnd.randrange(len(spoilt))] = rnd.randrange(256)
            assert isinstance(look(io.BytesIO(bytes(spoilt))), Look)


def seen_apart(whole: bytes, begin: apart.Begin = ready.bear, **how: object) -> dict[str, object]:
    """What the process apart says of a picture."""
    return apart.look(lambda start, stop: iter([whole[start:stop]]), len(whole), None, begin=begin, **how)


KINDS = {"JPEG": {}, "PNG": {}, "HEIF": {}, "TIFF": {"compression": "tiff_lzw"}}


@pytest.mark.parametrize("kind", KINDS)
def test_the_process_apart_sees_the_same_though_it_can_open_nothing(kind: str) -> None:
    made, letter = page(11, per_mm=4)
    exif = {"exif": Image.Exif()} if kind == "JPEG" else {}
    whole = as_file(photo(made, 11, blur=0.5 * letter), kind, **KINDS[kind], **exif).getvalue()
    seen = look(io.BytesIO(whole))
    assert seen.blurred and not seen.broken
    assert seen_apart(whole)["look"] == seen.as_json()


def test_it_sees_an_iphone_photo_as_a_service_without_privileges_too() -> None:
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups") if os.geteuid() == 0 else ()
    whole = as_file(photo(page(12, per_mm=3)[0], 12), "HEIF").getvalue()
    assert seen_apart(whole, beginning((*nobody, *LOOKING)))["look"] == look(io.BytesIO(whole)).as_json()


def test_a_large_honest_picture_is_looked_at_within_the_memory_of_the_process_apart() -> None:
    out = io.BytesIO()
    Image.new("RGB", (8160, 6120), "white").save(out, "JPEG")
    said = seen_apart(out.getvalue())
    assert (said["reason"], said["look"]["pale"], said["look"]["huge"]) == (None, True, False)


@pytest.mark.parametrize("size", [(30_000, 30_000), (7_900, 7_900)])
def test_a_bomb_leaves_the_process_apart_alive_and_says_nothing_against_the_sender(size: tuple[int, int]) -> None:
    little = Allowance(memory_bytes=400 * 1024 * 1024, cpu_seconds=20, wait_seconds=60)
    out = io.BytesIO()
    Image.new("LA", size if size[0] < 10_000 else (1, 1)).save(out, "PNG")
    whole = out.getvalue() if size[0] < 10_000 else _claims(*size)
    said = seen_apart(whole, allowance=little)
    assert said["kind"] == "png" and said["reason"] is None
    assert said["look"]["huge"] and hints(from_json(said["look"])) == []


def test_a_picture_longer_than_any_of_one_page_is_not_opened() -> None:
    def refused() -> io.BytesIO:
        raise AssertionError("opened")

    assert from_json(pictures.look_at(Member("", pictures.MOST_BYTES + 1, refused))) == Look(huge=True)


def test_a_heic_is_left_alone_where_its_parser_cannot_have_its_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(pictures.threading.Thread, "start", no_room)
    assert pictures.look_at_heic(Member("", 9, lambda: io.BytesIO(b"\0" * 9))) is None


def test_a_parser_that_reaches_for_what_it_may_not_have_is_no_broken_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    def reach(_: object) -> None:
        raise OSError(24, "too many open files")

    monkeypatch.setattr(pictures, "_opened", reach)
    with pytest.raises(OSError, match="too many"):
        look(io.BytesIO(b"anything"))


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _claims(width: int, height: int) -> bytes:
    """A PNG that claims a size and unpacks to as many zeros, from a few kilobytes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(20_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(30_000, 30_000), (65_000, 10), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_measured_and_not_unpacked(size: tuple[int, int]) -> None:
    bomb = _claims(*size)
    tracemalloc.start()
    seen = look(io.BytesIO(bomb))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seen.huge or seen.broken
    assert most < 4_000_000


def test_a_bomb_of_words_in_a_png_is_broken() -> None:
    text = _chunk(b"zTXt", b"note\0\0" + zlib.compress(bytes(200_000_000), 9))
    whole = _claims(100, 100)
    seen = look(io.BytesIO(whole[:33] + text + whole[33:]))
    assert seen.broken


def test_a_look_survives_being_kept() -> None:
    seen = Look(3000, 4000, blurred=True, sharpness=0.1)
    assert from_json(seen.as_json()) == seen
    assert from_json(None) is None and from_json([]) is None
    assert from_json({"blurred": True, "of a later release": 1}) == Look(blurred=True)


def test_at_most_two_hints_are_given_and_none_for_what_nobody_looked_at() -> None:
    assert len(hints(Look(small=True, dark=True, blurred=True))) == 2
    assert hints(None) == []


def test_a_small_set_of_pages_is_judged_rightly() -> None:
    found, missed, wrong, right = judged(range(20, 21), (8, 14), (3, 45))
    assert (missed, wrong) == (0, 0) and found == right == 8
