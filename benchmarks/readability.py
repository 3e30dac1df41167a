"""How readable the chapters are: words a sentence, long sentences, numbers a paragraph.

    python benchmarks/readability.py report/transfer.qmd report/gan.qmd

A paragraph is one of the running text, or an item of a list; captions, tables, code and display equations are left out.
A value that is looked up and a number typed in digits are numbers; what a reference to a figure or section shows is
none. An inline formula is one word. What the report aims at: at most 19 words a sentence, 12 % of sentences over 30
words, 20 % of paragraphs with more than three numbers.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

import pypandoc

END = re.compile(r"(?<=[.!?:;])[\"'”’)*]*\s+(?=[\"'“‘(*]*[A-Z0-9§])|(?<=[.!?])[\"'”’)]+\s+")
"""Between two sentences; a colon or semicolon ends one where a capital follows."""
ABBREVIATION = re.compile(r"\b(e\.g|i\.e|cf|vs|et al|resp|approx|Fig|Eq|No)\.")
VALUE = "0"
"""What a value counts as: a word that is a number."""


def paragraphs(blocks: list[dict]) -> Iterator[list[dict]]:
    """The running text, paragraph by paragraph, as Pandoc's inlines."""
    for block in blocks:
        kind, content = block["t"], block.get("c")
        if kind in ("Para", "Plain"):
            if not all(part["t"] in ("Image", "Math", "Space", "SoftBreak") or _is_attribute(part) for part in content):
                yield [part for part in content if part["t"] != "Image"]
        elif kind in ("BulletList", "OrderedList"):
            for item in content if kind == "BulletList" else content[1]:
                yield from paragraphs(item)
        elif kind == "BlockQuote":
            yield from paragraphs(content)
        elif kind == "Div":
            identifier, classes, _ = content[0]
            if not identifier.startswith(("tbl-", "fig-")) and "results" not in classes:
                yield from paragraphs(content[1])
        elif kind == "DefinitionList":
            for _, definitions in content:
                for definition in definitions:
                    yield from paragraphs(definition)


def _is_attribute(part: dict) -> bool:
    return part["t"] == "Str" and part["c"].startswith("{#eq-")


def words(inlines: list[dict]) -> str:
    """The text of inlines as it is read: a value is one word that begins with a digit, a reference is a word."""
    found = []
    for part in inlines:
        kind, content = part["t"], part.get("c")
        if kind == "Str":
            found.append(content)
        elif kind in ("Space", "SoftBreak", "LineBreak"):
            found.append(" ")
        elif kind == "Code":
            found.append(VALUE if "value" in content[0][1] else "code")
        elif kind == "Math":
            found.append("formula" if content[0]["t"] == "InlineMath" else ".")
        elif kind == "Cite":
            found.append("reference")
        elif kind in ("Span", "Link"):
            found.append(words(content[1]))
        elif kind in ("Emph", "Strong", "Superscript", "Subscript"):
            found.append(words(content))
        elif kind == "Quoted":
            found.append(words(content[1]))
    return "".join(found)


def measure(path: Path) -> dict[str, float]:
    """The figures of one document."""
    document = json.loads(pypandoc.convert_file(str(path), "json", format="markdown+smart"))
    texts = [ABBREVIATION.sub(r"\1", words(part)).strip() for part in paragraphs(document["blocks"])]
    texts = [text for text in texts if text]
    sentences = [sentence for text in texts for sentence in END.split(text) if re.search(r"[A-Za-z]", sentence)]
    lengths = [len(re.findall(r"[\w’'%\-./,]*\w[\w’'%\-./,]*", sentence)) for sentence in sentences]
    numbers = [len(re.findall(r"(?<![\w.])\d[\w.,%]*", text)) for text in texts]
    return {
        "words": sum(lengths),
        "a sentence": mean(lengths),
        "over 30 words": sum(length > 30 for length in lengths) / len(lengths),
        "paragraphs": len(texts),
        "over 3 numbers": sum(count > 3 for count in numbers) / len(texts),
        "most numbers": max(numbers),
    }


def main(paths: list[str]) -> None:
    """Print one line for each document."""
    formats = {
        "words": ",",
        "a sentence": ".1f",
        "over 30 words": ".0%",
        "paragraphs": "",
        "over 3 numbers": ".0%",
        "most numbers": "",
    }
    print(f"{'':32}" + "".join(f"{name:>16}" for name in formats))
    for path in paths:
        found = measure(Path(path))
        print(f"{path:32}" + "".join(f"{found[name]:>16{form}}" for name, form in formats.items()))


if __name__ == "__main__":
    main(sys.argv[1:])
