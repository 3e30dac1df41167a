"""Rows as CSV."""

import csv
from pathlib import Path


def write(path: str | Path, rows: list[dict]) -> None:
    with open(path, "w", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)


def read(path: str | Path) -> list[dict]:
    with open(path, newline="") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
