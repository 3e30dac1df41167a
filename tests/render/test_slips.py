"""What is nearly one of tpdl's constructs, or stands where it has no effect, is a mistake; all else is the author's."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.render.conftest import write_chapter
from tpdl.render.scan import scan

MISTAKES = [
    ('[F]{claims="1 > 0"}', "did you mean `claim`?"),
    ('[F]{Claim="1 > 0"}', "did you mean `claim`?"),
    ('[F]{whens="1 > 0"}', "did you mean `when`?"),
    ('[F]{wehn="1 > 0"}', "did you mean `when`?"),
    ('::: {whens="1 > 0"}\nA\n:::', "did you mean `when`?"),
    ("`1`{.values}", "did you mean {.value}?"),
    ("`1`{.valeu}", "did you mean {.value}?"),
    ("`1`{value}", "did you mean {.value}?"),
    ("`1` {.value}", "remove the space"),
    ("`1`{.value", "do not close"),
    ('`1`{.value format="d"}', "write the format after a colon"),
    ('[F] {claim="1 > 0"}', "remove the space before it"),
    ('[F]{claim = "1 > 0"}', 'write {claim="…"}, without spaces around ='),
    ("[F]{claim}", 'is no claim; write {claim="…"}'),
    ('[F]{claim="1 > 0}', "is a quote or a brace missing?"),
    ("[F]{claim=“1 > 0”}", "write straight ones"),
    ('::: {claim="1 > 0"}\nA\n:::', "belongs to words in brackets"),
    ('## T {when="1 > 0"}', "`when` has no effect here"),
    ('![a](../figures/shapes/areas.svg){when="1 > 0"}', "`when` has no effect here"),
    ('[a](second.qmd){claim="1 > 0"}', "`claim` has no effect here"),
    ('`x`{claim="1 > 0"}', "`claim` has no effect here"),
    ("[1]{.value}", "belongs behind code"),
    ('::: {.callout-note title="So `1`{.value}"}\nA\n:::', "begin the callout with a heading instead"),
    ("$a = `1`{.value}$", "is in math"),
    ("$$\na = `1`{.value}\n$$", "is in math"),
    ("\\textbf{`1`{.value}}", "is in TeX"),
    ("```{=latex}\n`1`{.value}\n```", "is in latex"),
    ('::: {#tbl-a .result from="shapes/areas"}\nA\n:::', "did you mean `.results`?"),
    ('::: {#tbl-b from="shapes/areas"}\nA\n:::', "needs the class `.results`"),
]
FINE = [
    '[F]{claim="1 > 0"} [F]{when="1 > 0"}',
    '[F [g]{when="1 > 0"} `1`{.value}]{claim="{1: 2}[1] == 2"}',
    "`1:,d`{.value} and `[x]{claims=y}` and `print`{.python} and `<b>`{=html}",
    "From $5 to $6 or `1`{.value} and \\$7 $",
    "$a$ `1`{.value} $b$; a <b and `1`{.value} > c",
    "![a `1`{.value}](../figures/shapes/areas.svg){fig-alt='`1`{.value}' width=50%}",
    '[x]{.smallcaps then="1" lang=fr} [y]{.value-like} {when} and [claim]',
    "::: {.callout-note}\n## T `1`{.value}\nA\n:::",
    '```\n[x]{claims="a"} `x`{.values}\n```',
    '<!-- [x]{claims="a"} -->',
]


def problems_of(root: Path, chapter: str) -> list[str]:
    """What `tpdl prepare` says about a chapter."""
    write_chapter(root, f"# Second\n\n{chapter}\n")
    done = subprocess.run(
        [sys.executable, "-m", "tpdl", "prepare"], cwd=root, capture_output=True, text=True, check=False, env=os.environ
    )
    assert done.returncode in (0, 1) and "Traceback" not in done.stderr
    return done.stderr.splitlines()


def test_slips_are_named_with_their_line(root: Path) -> None:
    problems = problems_of(root, "\n\n".join(text for text, _ in MISTAKES))
    lines = iter(problems)
    number = 3
    for text, message in MISTAKES:
        line = next(lines, "")
        within = range(number, number + text.count("\n") + 1)
        assert any(line.startswith(f"tpdl: report/second.qmd:{at}: ") for at in within), (text, line, problems)
        assert message in line
        number += text.count("\n") + 2
    assert list(lines) == []


def test_what_is_not_ours_stays_untouched(root: Path) -> None:
    assert problems_of(root, "\n\n".join(FINE)) == []


@pytest.mark.parametrize(
    "piece", ["{", "$a", "\\a{", "`", '{a="', '<a b="', "\\begin{a}", "[x]{claim='", "]((", "{a='b`"]
)
def test_no_text_takes_long(piece: str) -> None:
    started = time.perf_counter()
    scan(piece * 2000)
    assert time.perf_counter() - started < 5
