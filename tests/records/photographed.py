"""Made photographs of made pages: printed, turned a little, lit unevenly, with the grain of a camera. Seeded."""

import io
import random

import pillow_heif
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from intake.records.pictures import look

WORDS = ["date", "left", "right", "was", "seen", "and", "the", "follow", "up", "weeks", "mg", "daily", "12.5", "of"]
PAPER = (210, 297)  # A4, millimetres
X_HEIGHT = 0.52  # of the size of the type


def page(seed: int, *, points: int = 11, lines: int = 45, per_mm: float = 6.5) -> tuple[Image.Image, float]:
    """A printed page in grey, and the height of its small letters in pixels."""
    rnd = random.Random(seed)
    width, height = (round(side * per_mm) for side in PAPER)
    made = Image.new("L", (width, height), rnd.randint(225, 255))
    size = points * 0.3528 * per_mm
    drawn, font = ImageDraw.Draw(made), ImageFont.load_default(size)
    for line in range(lines):
        top = 20 * per_mm + line * size * 1.5
        if top > height - 20 * per_mm:
            break
        words = " ".join(rnd.choice(WORDS) for _ in range(rnd.randint(4, 11)))
        drawn.text((20 * per_mm, top), words, font=font, fill=rnd.randint(10, 90))
    return made, size * X_HEIGHT


def photo(made: Image.Image, seed: int, *, blur: float = 0.0, grain: float = 4.0, light: float = 1.0) -> Image.Image:
    """The page as a telephone sees it. `blur` is in pixels, `light` 1 by day and 0.2 in the evening."""
    rnd = random.Random(seed)
    table, turn = rnd.randint(60, 160), rnd.uniform(-3, 3)
    seen = made.rotate(turn, expand=True, fillcolor=table, resample=Image.Resampling.BICUBIC)
    darkest = rnd.randint(150, 230)
    fall = Image.linear_gradient("L").resize(seen.size).point(lambda v: darkest + v * (255 - darkest) // 255)
    seen = ImageChops.multiply(seen, fall).point(lambda v: int(v * light))
    if blur:
        seen = seen.filter(ImageFilter.GaussianBlur(blur))
    return ImageChops.add(seen, Image.effect_noise(seen.size, grain), scale=1, offset=-128)


def as_file(seen: Image.Image, kind: str = "JPEG", **how: object) -> io.BytesIO:
    """The picture as a file of a kind: "JPEG", "PNG", "TIFF" or "HEIF"."""
    out = io.BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(seen.convert("RGB")).save(out, quality=60, enc_params={"preset": "ultrafast"})
    else:
        seen.convert("RGB" if kind == "JPEG" else seen.mode).save(out, kind, **how)
    out.seek(0)
    return out


def judged(seeds: range, sizes: tuple[int, ...], lines: tuple[int, ...]) -> tuple[int, int, int, int]:
    """(blurred and told, blurred and not told, sharp and told, sharp and not told) on a made set."""
    found, missed, wrong, right = 0, 0, 0, 0
    for seed in seeds:
        for points in sizes:
            for count in lines:
                made, letter = page(seed, points=points, lines=count)
                rnd = random.Random(seed * 100 + points)
                grain, quality = rnd.uniform(2, 12), rnd.choice((60, 80, 95))
                for share in (0.0, 0.1, 0.35, 0.6):
                    told = look(as_file(photo(made, seed, blur=share * letter, grain=grain), quality=quality)).blurred
                    found += share > 0.3 and told
                    missed += share > 0.3 and not told
                    wrong += share < 0.2 and told
                    right += share < 0.2 and not told
    return found, missed, wrong, right
