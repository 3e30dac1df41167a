"""The picture."""

from pathlib import Path
from typing import Annotated

from config import RATES, ROOT
from pytask import Product

from lib import tables as csv
from lib.plots import curves_over_time


def task_drawing(
    tables: dict[float, Path] = {rate: ROOT / f"out/trajectory-{rate}.csv" for rate in RATES},  # noqa: B006
    source: Path = ROOT / "lib/plots.py",
    out: Annotated[Path, Product] = ROOT / "out/drawing.png",
) -> None:
    curves_over_time({rate: csv.read(path) for rate, path in tables.items()}).savefig(out)
