"""The edition for students: questions and evidence stay, answers do not, and checks can be looked up."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.render.conftest import prepared, write_chapter
from tpdl.errors import UserError
from tpdl.plan.project import Project
from tpdl.render.prepare import prepare
from tpdl.report import build

CHAPTER = """# Second {#sec-second}

The method is known.

:::: {.question number="8" with="most=areas.largest"}
Which shape is the largest?

::: {.short}
The `most.shape`{.value}, by far.
:::

It is so because of its corners, as @fig-shapes shows; [it is
large]{claim="most.area > 1"}.

::: {with="s=areas.shapes"}
[There are two]{claim="len(s) == 2"} of them.
:::

![**Circles win.** Area against size.](../figures/shapes/areas.svg){#fig-shapes}

$$ A = \\pi r^2 $$ {#eq-circle}

::: {.original of="S1" verdict="in part" claim="most.shape != 'square'"}
All shapes are squares.
:::

::: {.depth}
A secret limit.
:::
::::

@fig-shapes and @eq-circle come again.

## Conclusions {.answers}

Circles won.

### Below

Still circles.

## Outlook

More shapes.
"""


def words(page: Path) -> str:
    text = page.read_text()
    return " ".join(re.sub(r"<[^>]+>", " ", text[text.index("<main") : text.index("</main>")]).split())


@pytest.fixture(scope="module")
def books(measured: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with both editions, beside each other."""
    root = Path(shutil.copytree(measured, tmp_path_factory.mktemp("edition") / "project"))
    write_chapter(root, CHAPTER)
    for edition in ("model", "student"):
        assert build(Project(root), renderer="embedded", edition=edition).problems == []
    return root


def test_the_model_answers_are_in_the_one_and_not_in_the_other(books: Path) -> None:
    model = words(books / "_book" / "report" / "second.html")
    student = words(books / "_book-student" / "report" / "second.html")
    for answer in (
        "by far",
        "because of its corners",
        "Circles win",
        "squares",
        "A secret limit",
        "Circles won",
        "Still",
    ):
        assert answer in model and answer not in student, answer
    for kept in (
        "The method is known",
        "Which shape is the largest?",
        "Area against size",
        "come again",
        "More shapes",
    ):
        assert kept in model and kept in student, kept


def test_what_the_text_refers_to_is_still_there(books: Path) -> None:
    page = (books / "_book-student" / "report" / "second.html").read_text()
    assert 'id="fig-shapes"' in page and 'id="eq-circle"' in page and "?@" not in page


def test_there_is_room_and_something_to_check_the_answer_by(books: Path) -> None:
    page = (books / "_book-student" / "report" / "second.html").read_text()
    card = page[page.index('class="question-card"') :]
    assert card.index("answer-room") < card.index("Check your answer") < card.index("it is large")
    assert "There are two" in card[card.index("Check your answer") :]
    assert len(re.findall(r'class="claim\b', card)) == 2  # each is checked, and can be looked up


def test_paper_has_room_and_no_answers(books: Path) -> None:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed")
    pdf = next((books / "_book-student").glob("*.pdf"))
    done = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True)
    assert "Which shape is the largest?" in done.stdout
    assert "by far" not in done.stdout and "There are two" not in done.stdout


def test_claims_are_checked_in_both(root: Path) -> None:
    write_chapter(root, CHAPTER.replace("most.area > 1", "most.area < 1"))
    for edition in ("model", "student"):
        assert any("it is large" in str(problem) for problem in prepare(Project(root), edition=edition).problems)


def test_there_are_two_editions(root: Path) -> None:
    with pytest.raises(UserError, match=r"no edition 'students'; did you mean `student`\?"):
        prepare(Project(root), edition="students")
    assert prepared(root).book.output.name == "_book"
