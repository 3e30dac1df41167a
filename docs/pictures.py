"""Makes the README's pictures of the tool again: `terminal-status.svg`, `terminal-run.svg` and `explore.png`.

    python docs/pictures.py [status] [run] [explore]

Real commands run in a clone of the last commit and in a new project, on a terminal of 80 columns. It needs chromium for
`explore`, a Unix for the others, and no data: the clone has its results, and the training is of scikit-learn's digits.
"""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from pathlib import Path

from rich.console import CONSOLE_SVG_FORMAT, Console
from rich.text import Text

HERE = Path(__file__).resolve().parent
COLUMNS = 80

EDITED = "experiments/lab/methods/domain_gap.py", "C: float = 1.0)", "C: float = 0.1)"
"""A helper of the laboratory that two experiments use: file, text, and what becomes of it."""

TRAINING = '''
"""A multilayer perceptron on scikit-learn's digits."""

import pandas as pd

from tpdl import experiment, progress


@experiment(matrix={"rate": [0.0003, 0.001, 0.003, 0.01]})
def perceptron(rate: float, epochs: int = 100, seed: int = 0) -> pd.DataFrame:
    """The loss of each epoch."""
    from sklearn.datasets import load_digits
    from sklearn.neural_network import MLPClassifier

    images, labels = load_digits(return_X_y=True)
    model = MLPClassifier((256, 256), solver="sgd", learning_rate_init=rate, random_state=seed)
    rows = []
    for epoch in progress(range(epochs), "epochs"):
        model.partial_fit(images / 16, labels, classes=range(10))
        progress.update(loss=model.loss_)
        rows.append({"epoch": epoch, "loss": model.loss_})
    return pd.DataFrame(rows)
'''

FONTS = re.compile(r"@font-face \{\{.*?\}\}\s*", re.DOTALL)
"""What rich would fetch from another host."""


def on_a_terminal(folder: Path, *arguments: str) -> str:
    """What `tpdl` with these arguments writes to a terminal, with colours and movements of the cursor."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    # A reader's environment: no setting of whoever makes the pictures, and the tool that lies here.
    kept = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "NO_COLOR")}
    kept |= {"TERM": "xterm-256color", "PYTHONPATH": str(HERE.parent), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "tpdl", *arguments]
    process = subprocess.Popen(command, cwd=folder, env=kept, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not part:
            break
        said += part
    process.wait()
    os.close(ours)
    return said.decode().replace("\r\n", "\n")


def screens(said: str) -> Iterator[str]:
    """What is on the screen each time before rich erases its live display, and at the end.

    Of all movements rich's live display needs two: up one line, and erase a line.
    """
    lines = [""]
    for part in re.split(r"(\n|\x1b\[1A|\x1b\[2K|\r)", said):
        if part == "\r":
            yield "\n".join(lines)
        elif part == "\n":
            lines.append("")
        elif part == "\x1b[1A":
            lines.pop()
        elif part == "\x1b[2K":
            lines[-1] = ""
        else:
            lines[-1] += part
    yield "\n".join(lines)


def draw(name: str, command: str, screen: str) -> None:
    """Write what is on a screen, under the command that was typed, as `docs/NAME.svg`."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(f"[bold]$ {command}[/]", highlight=False)
    console.print(Text.from_ansi(screen.rstrip()))
    svg = console.export_svg(title="", code_format=FONTS.sub("", CONSOLE_SVG_FORMAT), unique_id=name)
    (HERE / f"{name}.svg").write_text(svg, encoding="utf-8")


def clone(folder: Path) -> Path:
    """The laboratory as it was committed last."""
    subprocess.run(["git", "clone", "--quiet", str(HERE.parent), str(folder / "tpdl")], check=True)
    return folder / "tpdl"


def status(folder: Path) -> None:
    """A chapter after one of its helpers was edited."""
    project = clone(folder)
    name, old, new = EDITED
    text = (project / name).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{name}: {old!r} is not there once; choose another edit"
    (project / name).write_text(text.replace(old, new), encoding="utf-8")
    draw("terminal-status", "tpdl status adaptation", on_a_terminal(project, "status", "adaptation"))


def run(folder: Path) -> None:
    """The live display when half of the training runs have ended, and two go on."""
    project = folder / "report"
    on_a_terminal(folder, "init", str(project))
    (project / "experiments" / "digits").mkdir()
    (project / "experiments" / "digits" / "perceptron.py").write_text(TRAINING.lstrip(), encoding="utf-8")
    said = on_a_terminal(project, "run", "digits", "-j", "2")
    halfway = re.compile(r"2/5 steps, 2 running(.*loss \S+ [▁-█]{9,} .* left\s*$){2}", re.DOTALL | re.MULTILINE)
    shown = [screen for screen in screens(said) if halfway.search(Text.from_ansi(screen).plain)]
    assert shown, "no two training runs were halfway at the same time; try again when the machine is less busy"
    draw("terminal-run", "tpdl run digits -j 2", shown[len(shown) // 2])


def explore(folder: Path) -> None:
    """An experiment's part of the page."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    project = clone(folder)
    on_a_terminal(project, "explore", "--no-browser")
    page = project / ".tpdl" / "explore" / "index.html"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 800})
        tab.goto(f"{page.as_uri()}#transfer/layer-cut", wait_until="networkidle")
        shot = tab.screenshot()
        browser.close()
    Image.open(io.BytesIO(shot)).convert("RGB").save(HERE / "explore.png", optimize=True)


PICTURES = {"status": status, "run": run, "explore": explore}


if __name__ == "__main__":
    for wanted in sys.argv[1:] or PICTURES:
        with tempfile.TemporaryDirectory() as scratch:
            PICTURES[wanted](Path(scratch))
