"""What the README shows is run, and what it links to is there."""

from __future__ import annotations

import json
import re
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_links_lead_somewhere():
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in target]
    # Inside code blocks, links belong to the reader's own project.
    blocks = "".join(re.findall(r"```.*?```", README, re.DOTALL))
    missing = [target for target in targets if target not in blocks and not (ROOT / target).exists()]
    assert targets and missing == []


def test_commands_are_the_ones_there_are(lab):
    known = set(re.findall(r"^    (\w+) ", lab.tpdl("--help"), re.MULTILINE))
    used = set(re.findall(r"(?:^    |`)tpdl (\w+)", README, re.MULTILINE))  # in code: prose says what tpdl does
    assert used and used <= known, used - known
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make (\w+) ", README)) - {"nothing"} <= targets | {"report", "test", "demo"}


def test_the_table_of_folders_is_complete():
    """The top level, and the rooms of the tool. What the laboratory holds is one row."""
    shown = {path.strip("/") for path in re.findall(r"^\| `([\w/*]+)/` \|", README, re.MULTILINE)}
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    folders = [Path(name).parent for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]
    there = {folder.parts[0] for folder in folders if folder.parts} | {
        "/".join(folder.parts[:2]) for folder in folders if folder.parts[:1] == ("tpdl",) and len(folder.parts) > 1
    }
    there = {name for name in there if not name.startswith(".")}
    missing = {name for name in there if not any(fnmatch(name, pattern) for pattern in shown)}
    assert not missing
    assert all(any(path.is_dir() for path in ROOT.glob(pattern)) for pattern in shown)


@pytest.mark.slow
def test_the_whole_experiment_runs_and_its_sentences_hold(lab):
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    text = re.search(r"```markdown\n(.*?)```", README, re.DOTALL)
    assert code and text
    lab.write("experiments/classifiers/regularisation.py", code[1])
    lab.write(
        "_quarto.yml", "project: {type: book}\nbook: {title: T, author: A, chapters: [index.qmd, report/one.qmd]}\n"
    )
    lab.write("index.qmd", "# Start {.unnumbered}\n")
    lab.write("report/one.qmd", "# One\n\n" + text[1])
    lab.tpdl("run", "classifiers")
    values = json.loads((lab.root / "figures/classifiers/regularisation.values.json").read_text())
    said = lab.tpdl("claims")
    assert "1 claim, all of them hold" in said and values["best_C"] <= 1
    lab.tpdl("report", "--to", "html", "--renderer", "embedded")
    page = (lab.root / "_book/report/one.html").read_text()
    assert f"{values['best_accuracy']:.1%}" in page
