"""Slips of the pen in what tpdl adds to Markdown, which Pandoc would pass over without a word.

>>> [message for _, message in slips('[Few are better.]{claims="best > 0.9"}')]
['`claims` is no attribute that tpdl or Quarto knows; did you mean `claim`?']

A claim that is never checked looks like one that holds, so whatever is nearly a name of tpdl's, or stands where it has
no effect, is a mistake. All other attributes and classes are Pandoc's, Quarto's or the author's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tpdl.nearest import near
from tpdl.render.markup import ATTRIBUTES, CODE, VALUE_CLASS, Attributes, blank, parse_attributes

ALIKE = 0.76
"""How much a word must be like a name of tpdl's to be taken for a slip: `claims` and `clam` are, `where` is not."""
OF_CARDS = ("question", "questions", "short", "original", "depth", "glossary")
"""The classes of a question card, its parts, and of what is made of all of them."""
WITH_VALUES = ("fig-alt", "alt")
"""Attributes of an image in which values are filled in."""
MATH = r"""(?<![\\$])\$\$(?!\$).+?\$\$ | (?<![\\$])\$(?![\s$])(?:[^$\\\n]|\\.|\n(?![ \t]*\n))*?(?<!\s)\$(?!\d)"""
TEX = r"""\\begin\{(?P<environment>\w+\*?)\}.*?\\end\{(?P=environment)\}
        | \\[A-Za-z]+\*?(?:\[[^\]\n]*\])*(?:\{(?:[^{}]|\{[^{}]*\})*\})+"""
TAG = r"""<[A-Za-z][\w-]*(?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))+\s*/?>"""
UNTOUCHED = re.compile(f"(?P<code>{CODE.pattern})|(?P<math>{MATH})|(?P<TeX>{TEX})|(?P<HTML>{TAG})", re.S | re.X)
"""What Pandoc takes as a whole, the first one first: code, and markup of other languages."""
RAW_FENCE = re.compile(r"\s*\{=(\w+)\}")
VALUE = re.compile(r"`[^`]+`\{[^{}]*\.value\b[^{}]*\}")
UNCLOSED = re.compile(r"(?:\]|`|^[ \t]*:{3,}[ \t]*)(\{[^{}\n]*?(?<![\w-])(?:claim|when|\.value)(?![\w-]))", re.M)
BEHIND_SPACE = re.compile(r"[ \t]+(\{[^{}\n]*\})")


def slips(text: str) -> Iterator[tuple[int, str]]:
    """Position and message of each slip.

    Args:
        text: a document whose comments and code blocks are blanked.
    """
    code = []
    for found in UNTOUCHED.finditer(text):
        if found["code"]:
            code.append(found)
            yield from _of_code(found, text)
        else:
            language = next(name for name in ("math", "TeX", "HTML") if found[name])
            yield from values_in(found[0], found.start(), language)
    prose = CODE.sub(lambda found: blank(found[0]), text)
    for block in ATTRIBUTES.finditer(prose):
        if "\n\n" not in block[0] and not block[0].startswith("{{"):
            yield from _of_block(block, prose, text)
    for found in UNCLOSED.finditer(text):
        if not ATTRIBUTES.match(text, found.start(1)) and not _inside(found.start(1), code):
            yield found.start(1), f"the braces behind {found[1]} do not close; is a quote or a brace missing?"


def formulas(text: str) -> Iterator[tuple[int, str]]:
    """Position and text of each formula, with its dollar signs.

    Args:
        text: a document whose comments and code blocks are blanked.
    """
    for found in UNTOUCHED.finditer(text):
        if found["math"]:
            before = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
            quoted = before.lstrip().startswith(">")
            yield found.start(), re.sub(r"\n[ \t]*>", "\n", found[0]) if quoted else found[0]


def values_in(text: str, at: int, language: str) -> Iterator[tuple[int, str]]:
    """Values in what is handed through as it is: nobody would fill them in."""
    for found in VALUE.finditer(text):
        yield at + found.start(), f"{found[0]} is in {language}, where no value is filled in; put it into the text"


def _inside(position: int, code: list[re.Match[str]]) -> bool:
    """Whether a position lies between the backticks of a piece of code."""
    return any(found.start() <= position < found.start() + len(found[0]) - len(_attributes_of(found)) for found in code)


def _attributes_of(code: re.Match[str]) -> str:
    """The braces behind a piece of code; empty where there are none."""
    found = re.search(r"`(\{[^{}\n]*\})$", code["code"])
    return found[1] if found else ""


def _of_code(code: re.Match[str], text: str) -> Iterator[tuple[int, str]]:
    braces = _attributes_of(code)
    if not braces:
        behind = BEHIND_SPACE.match(text, code.end())
        if behind and VALUE_CLASS.search(behind[1]):
            yield code.start(), "there is a space before {.value}, so it is no value; remove the space"
        return
    attributes = parse_attributes(braces)
    if "value" in attributes.classes:
        for key in attributes.pairs:
            if _meant(key, ["format"]):
                yield code.start(), f"a value has no attribute `{key}`; write the format after a colon: `x:.1%`"
            elif key in ("claim", "when"):
                yield code.start(), _misplaced(key)
        return
    words = re.findall(r"[\w-]+", re.sub(r"""=(?:"[^"]*"|'[^']*'|\S+)""", "=", braces)) if "=" not in braces[:2] else []
    for word in words:
        if _meant(word.lower(), ["value"]):
            yield (
                code.start(),
                f"{braces} makes no value of {code['code'].removesuffix(braces)}; did you mean {{.value}}?",
            )
            return
    yield from _of_pairs(code.start(), attributes, allowed=())


def _of_block(block: re.Match[str], prose: str, text: str) -> Iterator[tuple[int, str]]:
    """Attributes that do not belong to code: of words in brackets, of an image or link, a block, a heading."""
    at, before = block.start(), prose[: block.start()]
    line = before.rpartition("\n")[2]
    is_div = bool(re.match(r"[ \t]*:{3,}[ \t]*$", line))
    is_span, is_target = before.endswith("]"), before.endswith(")")
    attached = is_div or is_span or is_target or bool(re.match(r"#{1,6}\s", line))
    written = text[block.start() : block.end()]
    attributes = parse_attributes(written)
    for key, value in attributes.pairs.items():
        if VALUE.search(value) and not (is_target and key in WITH_VALUES):
            hint = (
                "begin the callout with a heading instead" if key == "title" else "put it into the text or the caption"
            )
            yield at, f"a value in the attribute `{key}` is not filled in; {hint}"
    if "“" in block[0] or "”" in block[0]:
        if re.search(r"\b(claim|when)\s*=", block[0]):
            yield at, f'{block[0]} has quotation marks of a text; write straight ones, as in {{claim="…"}}'
        return
    keys = [key for key in attributes.pairs if _meant(key.lower(), ["claim", "when"])]
    if keys and not attached:
        spaced = before.endswith(("] ", "]\t"))
        what = "remove the space before it" if spaced else "write it behind words in brackets: [words]{…}"
        yield at, f"{block[0]} belongs to nothing; {what}"
        return
    is_original = is_div and "original" in attributes.classes
    of_div = ("when", "with", "claim") if is_original else ("when", "with")
    yield from _of_pairs(at, attributes, allowed=of_div if is_div else ("claim", "when") if is_span else ())
    if attached and "value" in attributes.classes:
        yield at, "`.value` belongs behind code: `x:.1%`{.value}"
    if attached and not keys and (found := re.search(r"(?<![\w#-])\.?(claim|when)\s*[=:}\s]", _unquoted(block[0]))):
        yield at, f'{block[0]} is no {found[1]}; write {{{found[1]}="…"}}, without spaces around ='
    if is_div and "results" not in attributes.classes:
        if slip := [word for word in attributes.classes if _meant(word, ["results"])]:
            yield at, f"`.{slip[0]}` is no class that tpdl or Quarto knows; did you mean `.results`?"
        elif "from" in attributes.pairs:
            yield at, "a table `from` a step needs the class `.results`"
    for word in attributes.classes:
        if meant := _nearly(word, OF_CARDS if is_div else ["term"] if is_span else []):
            yield at, f"`.{word}` is no class that tpdl or Quarto knows; did you mean `.{meant}`?"


def _of_pairs(at: int, attributes: Attributes, allowed: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Keys that are nearly, or at another place, names of tpdl's."""
    for key in attributes.pairs:
        if key in ("claim", "when", "with"):
            if key not in allowed:
                yield at, _misplaced(key)
        elif "with" in allowed and sorted(key.lower()) == sorted("with"):
            yield at, f"`{key}` is no attribute that tpdl or Quarto knows; did you mean `with`?"
        elif meant := _meant(key.lower(), ["claim", "when"]):
            yield at, f"`{key}` is no attribute that tpdl or Quarto knows; did you mean `{meant[0]}`?"


def _meant(word: str, names: Sequence[str]) -> list[str]:
    """The names that a word is a slip for: it is much like one, or has the same letters in another order."""
    return near(word, names, ALIKE) or [name for name in names if sorted(word) == sorted(name)]


def _nearly(word: str, names: Sequence[str]) -> str:
    """The name that a word is a slip for; empty where it is one itself, or none."""
    return "" if word in names else next(iter(_meant(word, names)), "")


def _misplaced(key: str) -> str:
    if key == "with":
        return '`with` has no effect here; it belongs to a block of `:::`: ::: {with="name=expression"}'
    where = "words in brackets" if key == "claim" else "words in brackets, or to a block of `:::`"
    return f'`{key}` has no effect here; it belongs to {where}: [words]{{{key}="…"}}'


def _unquoted(block: str) -> str:
    return re.sub(r""""[^"]*"|'[^']*'""", "", block)
