"""Every page of docs/ is followed from top to bottom: each command is run, each edit made, each output compared."""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from tests.docs.reader import SHELLS, Reader, blocks, environment, prose
from tests.workflow.conftest import commit, git, in_folder
from tpdl import UserError
from tpdl.init import start_project

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
IN_AN_EMPTY_FOLDER = ["your-own-report.md"]
"""The pages that begin with nothing; all others begin in the project that `tpdl init` makes, measured and committed."""

NEEDS = {
    "how-to/charts.md": ["altair", "vl_convert"],
    "how-to/video.md": ["av"],
}
"""Page -> the modules without which nobody can follow it: those of an extra."""

NOT_RUN = {
    "conda env create": "installs packages",
    "pip install .": "installs packages",
    "pixi install": "installs packages",
    "python -m pip install --editable . --group dev": "installs packages",
    "quarto publish gh-pages": "needs Quarto and a repository at GitHub",
    "tpdl data fetch mnist": "downloads",
    "tpdl data fetch weights/vgg16": "downloads 528 MB",
    "tpdl report --edition student": "renders the whole report; tests/render/test_edition.py does it with a small one",
    "tpdl report": "after the measurement of VGG16, which takes hours",
    "tpdl run --dry-run transfer/layer-cut/network=vgg16": "says what would run only where the weights are",
    "tpdl run --executor slurm -j 8": "needs a cluster",
    "tpdl run --demo transfer/layer-cut -S network=shufflenet_v2_x0_5": "test_another_network.py does",
    "tpdl run transfer/layer-cut -S network=resnet18": "needs the weights of another network",
    "tpdl run transfer": "measures VGG16, which takes hours",
    "uv sync": "installs packages",
}
"""Command -> why no test runs it."""


def name(page: Path) -> str:
    """`concepts/stale.md`."""
    return page.relative_to(DOCS).as_posix()


def hooks() -> ModuleType:
    """docs/hooks.py, which MkDocs loads by its path, too."""
    spec = importlib.util.spec_from_file_location("docs_hooks", DOCS / "hooks.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def mistake(command: str) -> str:
    """What is wrong with `tpdl …`; empty if it is understood. In a sentence it may stand without its arguments."""
    line = re.split(r" *(?:\|\||&&|[|>#])", command)[0]
    try:
        hooks().parser().parse_args(shlex.split(line)[1:])
    except UserError as error:
        return "" if "the following arguments are required" in str(error) else str(error)
    return ""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `tpdl init` makes, measured and committed. Not to be changed."""
    root = tmp_path_factory.mktemp("docs") / "my-report"
    start_project(root)
    in_folder(root).tpdl("run", "--executor", "inline")
    return root


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if "```sh run" in page.read_text(encoding="utf-8")], ids=name)
def test_following_the_page(page: Path, project: Path, tmp_path: Path) -> None:
    for module in NEEDS.get(name(page), []):
        pytest.importorskip(module, reason="needs an extra of tpdl")
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "elsewhere.git")
    (tmp_path / "home").mkdir()
    folder = tmp_path / "work"
    folder.mkdir()
    if name(page) not in IN_AN_EMPTY_FOLDER:
        folder = Path(shutil.copytree(project, folder / "my-report", ignore=shutil.ignore_patterns("__pycache__")))
        commit(folder)
    reader = Reader(
        folder, environment(tmp_path / "programs") | {"HOME": str(tmp_path / "home")}, tmp_path / "home" / "where"
    )
    for block in blocks(page.read_text(encoding="utf-8")):
        if "tpdl publish" in block.content and not git(reader.folder, "remote"):
            # The reader has a repository elsewhere: the pages say "your repository".
            git(reader.folder, "remote", "add", "origin", str(tmp_path / "elsewhere.git"))
        try:
            reader.follow(block)
        except AssertionError as error:
            raise AssertionError(f"{name(page)}:{block.line}: {error}") from None
    if name(page) == "your-own-report.md":
        assert (reader.folder / "_book/report/sixes.html").is_file()
        assert "six throws, as expected" in git(tmp_path / "elsewhere.git", "show", "gh-pages:report/sixes.html")


def test_every_block_says_what_it_is() -> None:
    """Nothing is shown that nobody tries, but for commands with a reason and for excerpts that are no commands."""
    unmarked, without_reason, reasons = [], [], dict(NOT_RUN)
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        fences = re.findall(r"^ *```(.*)$", text, re.MULTILINE)
        assert len(fences) == 2 * len(list(blocks(text))) and not any(fences[1::2]), f"{name(page)}: a fence is open"
        for block in blocks(text):
            if not re.fullmatch(r"sh run( exit=\d| background)?|text output|\w+ file=\S+|\w+ shown", block.info):
                unmarked.append(f"{name(page)}:{block.line}: {block.info}")
            if block.language in SHELLS and block.info.endswith(" shown"):
                commands = [line.partition(" #")[0].strip() for line in block.content.splitlines() if line.strip()]
                without_reason += [command for command in commands if command not in NOT_RUN]
                for command in commands:
                    reasons.pop(command, None)
    assert not unmarked and not without_reason
    assert not reasons, "no page shows these any more"


def test_commands_in_the_text_are_understood() -> None:
    """Also those between the lines, and those that no test can run."""
    found = [
        (name(page), command)
        for page in PAGES
        for text in [page.read_text(encoding="utf-8")]
        for command in [
            *re.findall(r"`(tpdl [a-z][^`]*)`", prose(text)),
            *(line for block in blocks(text) if block.language in SHELLS for line in block.content.splitlines()),
        ]
        if command.startswith("tpdl ")
    ]
    assert len(found) > 50
    wrong = [f"{page}: {command}: {why}" for page, command in found if (why := mistake(command))]
    assert wrong == []
