"""Diagrams that are written as text: ```{mermaid} and ```{dot}, drawn by their own programs where these are installed.

    draw_diagrams(prepared)     # [], and each such cell is an image now

Quarto brings both programs along. Here `mmdc`, of Mermaid, or `dot`, of Graphviz, is on the path, or named by TPDL_MMDC
and TPDL_DOT.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import yaml

from tpdl.files import atomic_write, sha256_bytes
from tpdl.render.prepare import Prepared
from tpdl.render.problem import Problem
from tpdl.render.scan import Item

PROGRAMS = {"mermaid": "mmdc", "dot": "dot"}
"""Language of a cell -> the program that draws it."""
FOLDER = Path(".tpdl") / "diagrams"
"""Where they are drawn, relative to the root; they are drawn again only if their text has changed."""
OPTION = re.compile(r"^\s*(?:%%|//)\| ?(.*)$")
OPTIONS = ("label", "fig-cap", "fig-alt")
SECONDS = 120
"""After which a program is given up: Mermaid's starts a browser."""
SETTINGS = {"htmlLabels": False, "flowchart": {"htmlLabels": False}, "theme": "neutral"}
"""Of Mermaid: labels that are text of the picture, which can be read without a browser, too."""


def program_for(cell: Item) -> str | None:
    """What is missing to draw a code cell: a program's name; None if nothing is, empty where the cell is no diagram."""
    name = PROGRAMS.get(_language(cell), "")
    return None if name and _path_of(name) else name


def draw_diagrams(prepared: Prepared) -> list[Problem]:
    """Draw all diagrams, and put images in their place; the lines of the chapters stay where they are.

    Returns:
        what could not be drawn.
    """
    problems = []
    for chapter in prepared.book.chapters:
        written = {(item.path, item.line): item for item in prepared.written[chapter.path] if item.kind == "cell"}
        lines = chapter.text.splitlines(keepends=True)
        for at, place in enumerate(chapter.origins):
            cell = written.get(place)
            found = re.match(r"([ \t]*)(`{3,}|~{3,})", lines[at]) if cell and lines[at].strip() else None
            if cell is None or found is None or _language(cell) not in PROGRAMS:
                continue
            end = next((n for n in range(at + 1, len(lines)) if lines[n].strip() == found[2]), len(lines) - 1)
            try:
                image = _image(prepared.book.root, _language(cell), [line.strip("\n") for line in lines[at + 1 : end]])
            except ValueError as error:
                problems.append(cell.problem(f"this diagram cannot be drawn: {error}"))
                continue
            lines[at : end + 1] = [f"{found[1]}{image}\n", *["\n"] * (end - at)]
        chapter.text = "".join(lines)
    return problems


def _language(cell: Item) -> str:
    return cell.text.strip("{} ").split()[0].rstrip(",") if cell.text.strip("{} ") else ""


def _path_of(program: str) -> str | None:
    return shutil.which(os.environ.get(f"TPDL_{program.upper()}") or program)


def _image(root: Path, language: str, lines: list[str]) -> str:
    """Draw a diagram; the Markdown of its image.

    Raises:
        ValueError: the program does not draw it, or the cell has an option that is unknown.
    """
    said = [found[1] for line in lines if (found := OPTION.match(line))]
    try:
        options = yaml.safe_load("\n".join(said)) or {}
    except yaml.YAMLError as error:
        raise ValueError(f"its options are no YAML: {getattr(error, 'problem', error)}") from None
    if not isinstance(options, dict) or set(options) - set(OPTIONS):
        raise ValueError(f"the options known here are {', '.join(OPTIONS)}")
    source = "\n".join(line for line in lines if not OPTION.match(line)) + "\n"
    name = f"{sha256_bytes(json.dumps([language, source, SETTINGS]).encode())[:16]}.svg"
    if not (root / FOLDER / name).is_file():
        atomic_write(root / FOLDER / name, _drawn(language, source))
    label = f"#{options['label']} " if options.get("label") else ""
    alt = str(options.get("fig-alt") or options.get("fig-cap") or f"A diagram: {' '.join(source.split())}")
    quoted = alt.replace("\\", "\\\\").replace('"', '\\"')
    return f'![{options.get("fig-cap", "")}](/{(FOLDER / name).as_posix()}){{{label}fig-alt="{quoted}"}}'


def _drawn(language: str, source: str) -> bytes:
    """What the program draws, as SVG."""
    program = _path_of(PROGRAMS[language])
    assert program
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "source").write_text(source, encoding="utf-8")
        (folder / "settings.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
        arguments = ["-Tsvg", "-o", "drawn.svg", "source"]
        if language == "mermaid":
            arguments = ["--input", "source", "--output", "drawn.svg", "--configFile", "settings.json"]
        try:
            done = subprocess.run(
                [program, *arguments],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=SECONDS,
                check=False,
            )
            if done.returncode == 0:
                return (folder / "drawn.svg").read_bytes()
        except subprocess.TimeoutExpired:
            raise ValueError(f"{PROGRAMS[language]} was not ready after {SECONDS} s") from None
        except OSError as error:
            raise ValueError(f"{PROGRAMS[language]}: {error.strerror or error}") from None
    lines = [line.strip() for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    reason = next((line for line in lines if "rror" in line), lines[-1] if lines else "it gave no reason")
    raise ValueError(f"{PROGRAMS[language]}: {reason}")
