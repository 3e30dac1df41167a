"""The glossary: a definition list in a block `::: {.glossary}`, to which `[Fréchet distance]{.term}` links."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from tpdl.nearest import nearest
from tpdl.render.problem import Problem
from tpdl.render.reading import Reading


@dataclass
class Glossary:
    """What terms lead to."""

    terms: dict[str, dict[str, str]] = field(default_factory=dict)
    """Words that are marked as a term, in small letters -> `source` (the document) and `anchor` of their definition."""
    definitions: dict[str, str] = field(default_factory=dict)
    """Term that is defined, in small letters -> its anchor."""
    problems: list[Problem] = field(default_factory=list)


def read_glossary(reading: Reading) -> Glossary:
    """Find the definition of every term. A term may also be in the plural: `[intervals]{.term}`."""
    glossary, sources = Glossary(), {}
    for path, items in reading.counted.items():
        for item in items:
            if item.kind != "definition":
                continue
            if item.text in sources:
                glossary.problems.append(item.problem(f"“{item.text}” is defined twice; keep one of them"))
            glossary.definitions[item.text], sources[item.text] = anchor(item.text), path
    for item in reading.of_kind("term"):
        known = next((word for word in (item.text, item.text.removesuffix("s")) if word in sources), None)
        if known is None:
            hint = nearest(item.text, sources)
            glossary.problems.append(item.problem(f"“{item.text}” is not in the glossary; {hint}"))
            continue
        glossary.terms[item.text] = {"source": sources[known], "anchor": anchor(known)}
    return glossary


def anchor(term: str) -> str:
    """Where a page has the definition of a term.

    >>> anchor("Fréchet distance")
    'term-frechet-distance'
    """
    plain = unicodedata.normalize("NFKD", term).encode("ascii", "ignore").decode().lower()
    return "term-" + re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
