"""The sweep and its reference. Helpers are dependencies like data: pytask watches the task's own file by itself."""

from pathlib import Path
from typing import Annotated

from config import RATES, ROOT
from pytask import Product, task

from lib import model, tables

SOURCES = [ROOT / "lib/model.py", ROOT / "lib/curves.py"]

for each in RATES:

    @task(id=f"{each}")
    def task_trajectory(
        out: Annotated[Path, Product] = ROOT / f"out/trajectory-{each}.csv",
        rate: float = each,
        sources: list[Path] = SOURCES,
    ) -> None:
        tables.write(out, model.trajectory(rate))


def task_reference(out: Annotated[Path, Product] = ROOT / "out/reference.csv", sources: list[Path] = SOURCES) -> None:
    tables.write(out, model.reference())
