"""Sheets of the sample, written as a step writes them: images of shapes, each once, and grids of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

SIDE, DIGIT = 224, 28
STEPS = ["0", "50", "100", "150"]


def write_sheets(figures: Path) -> None:
    """Write `photos.sheet`, `pair.sheet`, `sequence.sheet`, `matrix.sheet` and `digits.sheet` into `figures/shapes`."""
    folder = figures / "shapes"
    photos, digits = folder / "photos", folder / "digits"
    for path in (photos, digits):
        path.mkdir(parents=True, exist_ok=True)
    for index, (name, step) in enumerate((name, step) for name in "abcd" for step in range(len(STEPS))):
        _photograph(index, step).save(photos / f"{name}-{step}.webp", quality=80)
    for digit in range(10):
        _digit(digit).save(digits / f"{digit}.png")

    marks = [{"box": [60, 40, 100, 120], "label": "head"}, {"outline": [[20, 20], [200, 30], [100, 210]]}]
    write_sheet(
        folder / "photos.sheet",
        4,
        [
            tile(f"*{name}*, ratio `areas.ratio:.2f`{{.value}}", f"Noise {name}", [photo(name, 3, marks[: 2 * i])])
            for i, name in enumerate("ab")
        ],
    )
    write_sheet(
        folder / "pair.sheet",
        2,
        [tile(name, f"Noise {name}", [photo(name, 0), photo(name, 3)]) for name in "ab"],
        frames=["rough", "smooth"],
    )
    write_sheet(
        folder / "sequence.sheet",
        4,
        [tile("", f"Noise {name}", [photo(name, step) for step in range(len(STEPS))]) for name in "abcd"],
        frames=STEPS,
        frame_label="iteration",
    )
    write_sheet(
        folder / "matrix.sheet",
        8,
        [tile("", f"Noise {name}", [photo(name, 3)]) if column < 7 else None for name in "ab" for column in range(8)],
        column_labels=[f"rate {rate}" for rate in range(8)],
        row_labels=["first", "second"],
    )
    write_sheet(
        folder / "digits.sheet", 5, [tile(str(digit), f"A digit, {digit}", [small(digit)]) for digit in range(10)]
    )


def write_sheet(path: Path, columns: int, tiles: Sequence[Any], **more: Any) -> None:
    """A file as the figures of `format="sheet"` leave it."""
    nothing = {"column_labels": [], "row_labels": [], "frames": [], "frame_label": ""}
    path.write_text(json.dumps({"format": 1, "columns": columns, **nothing, **more, "tiles": tiles}, indent=1))


def tile(label: str, alt: str, images: list[dict[str, Any]]) -> dict[str, Any]:
    return {"label": label, "alt": alt, "images": images}


def photo(name: str, step: int, marks: Sequence[Any] = ()) -> dict[str, Any]:
    file = f"shapes/photos/{name}-{step}.webp"
    return {"file": file, "width": SIDE, "height": SIDE, "pixelated": False, "marks": list(marks)}


def small(digit: int) -> dict[str, Any]:
    file = f"shapes/digits/{digit}.png"
    return {"file": file, "width": DIGIT, "height": DIGIT, "pixelated": True, "marks": []}


def _photograph(seed: int, step: int) -> Image.Image:
    """Coloured noise, the coarser the later the step."""
    cells = 7 * 2 ** (4 - step)
    pixels = np.random.default_rng(seed).integers(0, 256, (cells, cells, 3)).astype(np.uint8)
    return Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BICUBIC)


def _digit(digit: int) -> Image.Image:
    image = Image.new("L", (DIGIT, DIGIT))
    ImageDraw.Draw(image).text((8, 4), str(digit), fill=255, font_size=20)
    return image
