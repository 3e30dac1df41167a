r"""Formulas that nothing can show: broken TeX, and commands that nobody has defined.

    check_formulas(book, reading)     # [report/transfer.qmd:12: the formula $\frac{a}{b$ ends too early; …]

Pandoc turns TeX into MathML for pages and into Typst for paper, in Quarto as here, and what it cannot turn it leaves as
it is: the reader of the page sees dollar signs, and Typst stops somewhere else. So Pandoc is asked before.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tpdl.render.book import Book, Chapter
from tpdl.render.kept import kept
from tpdl.render.markup import CODE, blank
from tpdl.render.pandoc import pandoc_path
from tpdl.render.problem import Problem
from tpdl.render.reading import Reading
from tpdl.render.scan import Item
from tpdl.render.slips import VALUE

MACRO = re.compile(
    r"^[ \t]*(\\(?:(?:re)?newcommand|providecommand|DeclareMathOperator|def)\b\*?.*(?:\n[ \t]+.*)*)", re.MULTILINE
)
"""A definition in the text of a chapter, which holds for its formulas."""
SHOWN = 60
"""Characters of a formula in a message."""


def check_formulas(book: Book, reading: Reading) -> Iterator[Problem]:
    """Every formula can be shown on a page and on paper.

    Where neither page nor paper is made by Pandoc's translation (MathJax and KaTeX know more commands), only what ends
    too early is a mistake; the rest is noted as something that the embedded renderer does not know.
    """
    translated = book.option("html-math-method", "mathjax") == "mathml" or "typst" in (
        book.settings.get("format") or {}
    )
    for index, chapter in enumerate(book.documents):
        counted = reading.counted[chapter.path]
        formulas = [item for item in counted if item.kind == "formula" and not VALUE.search(item.text)]
        if not formulas:
            continue
        reasons = _reasons(book.root / ".tpdl" / "formulas" / f"{index}.kept", chapter, formulas)
        for item in formulas:
            if reason := reasons.get(_inside(item.text)):
                text = " ".join(item.text.split())
                shown = text if len(text) <= SHOWN else f"{text[:SHOWN]} …"
                problem = item.problem(f"the formula {shown} {reason}")
                if translated or reason.startswith("ends"):
                    yield problem
                else:
                    book.beyond.append(problem)


def _reasons(keep: Path, chapter: Chapter, formulas: Sequence[Item]) -> dict[str, str]:
    """Formula, without dollar signs -> what is wrong with it, for those with which something is."""
    macros = [found[1] for found in MACRO.finditer(CODE.sub(lambda code: blank(code[0]), chapter.text))]
    # Each on a line of its own, so that none of them can reach into the next.
    document = "\n\n".join([*macros, *(item.text for item in formulas)]) + "\n"
    found: dict[str, str] = json.loads(kept(keep, [document], lambda: json.dumps(_ask(document))))
    return found


def _ask(document: str) -> dict[str, str]:
    """What Pandoc says about the formulas of a document that it cannot translate."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.json"
        subprocess.run(
            [pandoc_path(), "--from=markdown", "--to=html", "--mathml", f"--log={log}"],
            input=document,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        messages = json.loads(log.read_text(encoding="utf-8")) if log.exists() else []
    return {
        _inside(message["contents"]): _in_words(message.get("message") or message.get("pretty") or "")
        for message in messages
        if message.get("type") == "CouldNotConvertTeXMath"
    }


def _in_words(said: str) -> str:
    """What the parser says, for who wrote the formula."""
    if "unexpected eof" in said or "unexpected end of input" in said:
        return "ends too early; is a brace or an \\end missing?"
    if found := re.search(r"unexpected control sequence (\\[A-Za-z]+)", said):
        return f"has the command {found[1]}, which is not known; define it with \\newcommand in the text before it"
    found = re.search(r"unexpected (.+)", said)
    return f"is no TeX that can be shown: unexpected {found[1].strip()}" if found else "is no TeX that can be shown"


def _inside(formula: str) -> str:
    """A formula without dollar signs and line breaks."""
    return " ".join(formula.strip("$").split())
