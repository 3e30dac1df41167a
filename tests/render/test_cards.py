"""Question cards: what is checked, what becomes of them on the page and on paper, what they say of missing results."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.render.conftest import prepared, write_chapter
from tpdl.plan.project import Project
from tpdl.render.prepare import prepare
from tpdl.report import build

CARD = """# Second *chapter*, again {#sec-second}

:::: {.question number="8"
   with="most=areas.largest; shapes=areas.shapes"}
Which shape is the largest, and is it [round]{.term}?

::: {.short}
The `most.shape`{.value}, with `most.area:,.0f`{.value}, [one of two]{claim="len(shapes) == 2"}.
:::

Why: [it is round]{when="most.shape == 'circle'"}.

::: {.original of="S1" verdict="in part" claim="best.shape != 'square'" with="best=most"}
All shapes are squares.

They are not.
:::

::: {.depth}
## Method

It was `most.shape`{.value}.
:::
::::

::: {.original of="S2" verdict="not tested"}
Triangles are rare.
:::

::: {.glossary}
Round
:   Without corners.
:::
"""


def with_card(root: Path, old: str = "", new: str = "") -> None:
    assert old in CARD
    write_chapter(root, CARD.replace(old, new, 1) if old else CARD)


def test_a_card_without_mistakes(root: Path) -> None:
    with_card(root)
    found = prepared(root)
    assert found.problems == []
    (original,) = [claim for claim in found.claims if "squares" in claim.text]
    assert original.text == "All shapes are squares. (in part)" and original.holds and original.line == 13
    assert original.expression == "areas.largest.shape != 'square'"
    question, alone = found.data["questions"]
    assert (question["chapter"], question["number"], question["anchor"]) == ("2", "8", "q-2-8")
    assert question["text"]["markdown"].startswith("Which shape")
    assert [each["verdict"] for each in question["originals"]] == ["in part"]
    assert alone["number"] == "" and alone["originals"][0]["markdown"] == "Triangles are rare."


SHORT = "\n\n::: {.short}\nA.\n:::\n"
MISTAKES = [
    ("::: {.question}\nQ?" + SHORT + ":::", "has its number within the chapter"),
    ('::: {.question number="1"}\nQ?\n:::', "question 1 has no answer in short"),
    ('::: {.question number="1"}\nQ?' + SHORT + ":::", "question 1 stands twice in this chapter, first at"),
    ('::: {.question number="2"}' + SHORT + ":::", "question 2 begins with no question"),
    ('::: {.original of="X1"}\nC\n:::', "`` is no verdict; there is `confirmed`"),
    ('::: {.original of="X2" verdict="partly"}\nC\n:::', "`partly` is no verdict"),
    ('::: {.original of="X3" verdict="in part"}\nC\n:::', "the verdict `in part` rests on no claim"),
    ('::: {.original of="X4" verdict="not tested" claim="1 < 2"}\nC\n:::', "what is `not tested` has no claim"),
    ('::: {.original of="X4" verdict="not tested"}\nC\n:::', "the conclusion X4 stands twice, first at"),
    ('::: {.original verdict="not tested"}\nC\n:::', "has an identifier"),
    ('::: {.original of="X5" verdict="not tested" veridct="a"}\nC\n:::', "did you mean `verdict`"),
    ('::: {.original of="X6" verdict="confirmed" claim="1 > 2"}\nNo.\n:::', "“No. (confirmed)” does not hold"),
    ('::: {.orginal of="X7"}\nC\n:::', "did you mean `.original`"),
    ("::: {.short}\nA.\n:::", "belongs into a question"),
    ('::: {.depth claim="1 < 2"}\nA.\n:::', "belongs to words in brackets"),
    ('::: {with="areas.shapes"}\nA\n:::', "`areas.shapes` binds no name"),
    ('::: {with="a-b=areas.shapes"}\nA\n:::', "`a-b` cannot be a name"),
    ('::: {with="a=areas.shapes; a=areas.ratio"}\nA\n:::', "`a` is bound twice"),
    ('::: {with="a=aeras.shapes"}\nA\n:::', "did you mean `areas`"),
    ('::: {wiht="a=areas.shapes"}\nA\n:::', "did you mean `with`"),
    ('## Heading {with="a=areas"}', "`with` has no effect here"),
    ("[Round]{.term}", "“round” is not in the glossary; there is `square`"),
    ("::: {.glossary}\nSquare\n:   S.\n\n  *Square*\n:   T.\n:::".replace("  *", "*"), "“square” is defined twice"),
]  # fmt: skip


def test_every_mistake_is_said_in_one_line(root: Path) -> None:
    text, expected = "# Second\n\n", []
    for snippet, message in MISTAKES:
        expected.append((text.count("\n") + 1, message))
        text += snippet + "\n\n"
    write_chapter(root, text)
    problems = prepared(root).problems
    assert {problem.path for problem in problems} == {"report/second.qmd"}
    for line, message in expected:
        here = [problem.message for problem in problems if line <= problem.line < line + 8]
        assert any(message in each for each in here), (message, here)
    assert len(problems) == len(expected), "\n".join(map(str, problems))


def test_two_answers_and_an_unknown_short_name(root: Path) -> None:
    with_card(root, "{.depth}", "{.short}")
    assert [(p.line, p.message) for p in prepared(root).problems] == [
        (19, "question 8 has two answers in short, the first in line 7; keep one")
    ]
    with_card(root, "`most.area", "`msot.area")
    (problem,) = prepared(root).problems
    assert problem.line == 8 and problem.message.endswith("; bound here: `most`, `shapes`")


def without_blobs(root: Path) -> None:
    """Then every run of the experiment is measured."""
    source = root / "experiments" / "shapes" / "areas.py"
    text = source.read_text().replace('    optional={"shape": ["blob"]},\n', "")
    source.write_text(text.replace(', "blob"]', "]"))


def test_a_part_of_a_complete_experiment_that_is_unknown_is_a_slip(root: Path) -> None:
    write_chapter(root, '# Second\n\n::: {with="area=shapes.areas.largets"}\n`area.area:.0f`{.value}\n:::\n')
    without_blobs(root)
    (problem,) = prepared(root).problems
    assert problem.line == 3 and "did you mean `largest`" in problem.message


INNER = """
:::: {with="a=areas.ratio; b=a"}
`b:.2f`{.value} and

::: {with="a=areas.largest" when="len(areas.shapes) == 2"}
`a.shape`{.value}, `b:.1f`{.value}, `sum([a for a in [1, 2]])`{.value}
:::

::: {with="a=areas.nothing.here" when="len(areas.shapes) == 3"}
`a`{.value}
:::
::::

:::: {.question number="9" with="blob=areas.by_shape.blob"}
How large are blobs?

::: {.short}
`blob.area:.1f`{.value}.
:::
::::

::: {.questions}
:::
"""


@pytest.fixture(scope="module")
def book(measured: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book with the card, with bindings in bindings, and with a card of which nothing is measured."""
    root = Path(shutil.copytree(measured, tmp_path_factory.mktemp("cards") / "project"))
    write_chapter(root, CARD + INNER)
    assert not build(Project(root), to=["html", "pdf"], renderer="embedded").problems
    return root / "_book"


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_card_on_the_page(book: Path) -> None:
    page = (book / "report" / "second.html").read_text()
    card = page[page.index('<div id="q-2-8" class="question-card"') :]
    asked = "Question 8. Which shape is the largest, and is it round ?"
    assert words(card).startswith(f"{asked} In short. The circle , with 31,416 , one of two .")
    assert "The original report: All shapes are squares. in part They are not." in words(card)
    assert 'href="second.html#term-round"' in card and 'id="term-round"' in card
    assert card.index('<details class="in-depth">') < card.index("Method") < card.index("</details>")
    assert 'title="areas.largest.area = 31415.9, from shapes/areas.values"' in card


def test_inner_bindings_go_before_outer_ones_and_conditions_before_both(book: Path) -> None:
    text = words((book / "report" / "second.html").read_text())
    assert "3.14 and circle , 3.1 , 3" in text


def test_missing_results_are_a_box_with_the_command(book: Path) -> None:
    page = (book / "report" / "second.html").read_text()
    card = page[page.index('<div id="q-2-9" class="question-card"') :]
    assert "How large are blobs" in card and "<code>tpdl run shapes/areas/shape=blob</code>" in card
    assert "In short." not in card


def test_the_table_of_questions_is_made_of_the_cards(book: Path) -> None:
    page = (book / "report" / "second.html").read_text()
    table = page[page.index('class="questions"') :]
    rows = [words(row) for row in table[: table.index("</table>")].split("<tr")[2:]]
    assert [row.split("> ", 1)[1] for row in rows] == [
        "2.8 Which shape is the largest, and is it round ? The circle , with 31,416 , one of two . "
        "in part All shapes are squares.",
        "A remark outside of the questions not tested Triangles are rare.",
        "2.9 How large are blobs? Not measured: tpdl run shapes/areas/shape=blob",
    ]
    assert 'href="second.html#q-2-8"' in table


def test_a_card_on_paper(book: Path) -> None:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed")
    done = subprocess.run(["pdftotext", next(book.glob("*.pdf")), "-"], capture_output=True, text=True, check=True)
    text = " ".join(done.stdout.split())
    asked = "Question 8. Which shape is the largest, and is it round?"
    assert f"{asked} In short. The circle, with 31,416, one of two." in text

    assert "The original report: All shapes are squares. in part They are not. In depth" in text


def test_the_table_says_what_is_missing(root: Path) -> None:
    write_chapter(root, "# Second\n" + INNER)
    (question,) = prepared(root).data["questions"]
    assert question["missing"] == "shapes/areas/shape=blob is not measured"
    assert question["command"] == "tpdl run shapes/areas/shape=blob"


def test_a_demonstration_has_boxes_for_what_it_does_not_measure(root: Path) -> None:
    shutil.copytree(root / "figures", root / ".tpdl" / "demo" / "figures")
    without_blobs(root)
    with_card(root, "most=areas.largest", "most=areas.by_shape.blob")
    found = prepare(Project(root), "demo")
    assert found.data["questions"][0]["missing"] == "the demonstration does not measure it"
    assert not [problem for problem in found.problems if problem.path == "report/second.qmd"]


def test_the_same_condition_counts_where_it_stands_in_something_dropped_first(root: Path) -> None:
    dropped = '::: {when="len(areas.shapes) == 9"}\n[x]{when="areas.ratio > 3"}\n:::\n'
    constructs = root / "report" / "constructs.qmd"
    constructs.write_text(constructs.read_text() + "\n" + dropped)
    write_chapter(root, '# Second\n\n[It is round.]{when="areas.ratio > 3"}\n')
    assert json.loads(prepared(root).path.read_text())["whens"]["areas.ratio > 3"] is True


def test_a_false_claim_is_said_aloud_on_paper(root: Path) -> None:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed")
    write_chapter(root, '# Second {#sec-second}\n\n[It is huge]{claim="areas.ratio > 9"}, they say.\n')
    result = build(Project(root), to=["pdf"], renderer="embedded", draft=True)
    done = subprocess.run(["pdftotext", result.outputs[0], "-"], capture_output=True, text=True, check=True)
    assert "It is huge ✗ this claim does not hold, they say." in " ".join(done.stdout.split())
