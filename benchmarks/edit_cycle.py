"""What an edit costs in this project: from saving a drawing function to the new picture, and to the new report.

    python benchmarks/edit_cycle.py [NAME]

Works on a copy of the files that git tracks, so nothing here is touched. NAME is a figure; its module must
hold the text that is edited, `EDIT`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
NAME = "transfer/layer-cut.svg"
EDIT = ("experiments/transfer/layer_cut.py", 'ylabel="test accuracy"', 'ylabel="accuracy on the test images"')


def copy(target: Path) -> None:
    """The tracked files, as they lie here."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def timed(root: Path, *arguments: str) -> tuple[float, str]:
    """Seconds that `tpdl` takes, and what Python says about its imports."""
    environment = os.environ | {"PYTHONPATH": str(root)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # see status_vs_peers.py
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "tpdl", *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"tpdl {' '.join(arguments)}: exit {done.returncode}\n{done.stdout[-2000:]}")
    return time.perf_counter() - start, done.stderr


def changed(root: Path, chapter: Path, *arguments: str) -> float:
    """Seconds that `tpdl report` takes after a sentence was added to a chapter; the best of three."""
    times = []
    for _ in range(3):
        with chapter.open("a", encoding="utf-8") as file:
            file.write("\n\nOne more sentence.\n")
        times.append(timed(root, "report", "--renderer", "embedded", *arguments)[0])
    return min(times)


def main() -> None:
    """Edit, time, print."""
    name = sys.argv[1] if len(sys.argv) > 1 else NAME
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        copy(root)
        timed(root, "status")
        path, old, new = EDIT
        text = (root / path).read_text()
        assert old in text, f"{old!r} is not in {path}: choose another edit"
        (root / path).write_text(text.replace(old, new))
        seconds, imports = timed(root, "figure", name)
        torch = bool(re.search(r"\|\s+torch$", imports, re.MULTILINE))
        print(f"tpdl figure {name} after an edit: {seconds:.2f} s, torch imported: {'yes' if torch else 'no'}")
        times = [timed(root, "report", "--renderer", "embedded")[0] for _ in range(3)]
        print(f"tpdl report, HTML and PDF: {times[0]:.2f} s the first time, {min(times):.2f} s with nothing changed")
        for chapter in sorted((root / "report").glob("*.qmd")):
            both, pages = changed(root, chapter), changed(root, chapter, "--to", "html")
            print(f"  after a change in {chapter.name}: {both:.2f} s, the pages alone {pages:.2f} s")
        times = [timed(root, "status")[0] for _ in range(5)]
        print(f"tpdl status: {min(times):.2f} s")


if __name__ == "__main__":
    main()
