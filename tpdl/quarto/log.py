"""What Quarto prints, without what is meant for a terminal; and of that the reason why it stopped.

>>> reason("\\x1b[91mERROR: In file means.qmd\\n(line 3, columns 8--11) Field \\"toc\\" has value maybe\\x1b[39m")
'means.qmd:3: Field "toc" has value maybe'
"""

from __future__ import annotations

import re

ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])")
"""Colours, and what moves the cursor."""
PROGRESS = re.compile(r"\[ *(\d+)/(\d+)\] (.+)")
"""The line that Quarto prints before each chapter."""
START = re.compile(r"(?:(?:ERROR|CRITICAL|error|Error): *)+|(?=Error\b)")
"""How a message of Quarto, Pandoc or Typst begins."""
END = re.compile(r"\s*$|Stack trace:|stack traceback:|WARN(?:ING)?\b|warning:|help:|Rendering |Output created:")
"""How whatever comes after a message begins."""
EXCERPT = re.compile(r"\s*(?:\d*\s*[│|].*|\d+: .*|\d+:|[~^\s]+|\.\.\.|at .*)$")
"""Lines of the source that messages show, with marks below."""
SAYS_NOTHING = re.compile(
    r"(?:|Error|Render failed due to invalid YAML\.|Typst compilation failed|Validation of YAML .* failed\.?"
    r"|Project _quarto\.yml validation failed\.?)"
)
"""Messages that only say that there was one before."""
COMPILING = re.compile(r"\[typst\]: Compiling .*?\.\.\.(?=\S)")
"""Begins a line that goes on with what Typst says."""
BOXES = re.compile("[\u2500-\u257f]+")
"""Characters that boxes are drawn with."""


def plain(text: str) -> str:
    """What Quarto printed, without escape sequences."""
    return ESCAPE.sub("", text)


def chapter_of(line: str) -> tuple[int, int, str] | None:
    """Number, how many there are, and file, if Quarto says in that line which chapter it renders."""
    found = PROGRESS.fullmatch(plain(line).strip())
    return (int(found[1]), int(found[2]), found[3]) if found else None


def reason(log: str) -> str:
    """Why Quarto stopped, in one line with file and line where it names them; empty if it does not say.

    Args:
        log: everything it has printed.
    """
    lines = re.split(r"\r\n|\r|\n", plain(log))
    chapter, last = "", ""
    at = 0
    while at < len(lines):
        line = COMPILING.sub("", lines[at].strip())
        at += 1
        if found := PROGRESS.fullmatch(line):
            chapter = found[3]
            continue
        start = START.match(line)
        if not start:
            last = line if line and not line.startswith(("Output created:", "WARN", "at ", "Stack trace:")) else last
            continue
        block = [line[start.end() :]]
        while at < len(lines) and not (END.match(lines[at]) or START.match(lines[at].strip())):
            if PROGRESS.fullmatch(lines[at].strip()):
                break
            block.append(lines[at])
            at += 1
        if not SAYS_NOTHING.fullmatch(block[0].strip()) or len(block) > 1:
            return _in_one_line(block, chapter)
    return BOXES.sub("", last).removeprefix("tpdl: ").strip()


def _in_one_line(block: list[str], chapter: str) -> str:
    """The lines of a message as one.

    Args:
        block: the message, as printed.
        chapter: which Quarto was rendering, for a message that names no file.
    """
    file, line, said = "", "", []
    for text in block:
        if found := re.match(r"\s*[┌╭]─*\s*(\S.*?:\d+:\d+)\s*$|\s*-->\s+(\S.*?:\d+:\d+)\s*$", text):
            file = found[1] or found[2]
        elif found := re.match(r"[Ii]n file (.+?):?$", text.strip()):
            file = found[1]
        elif hint := re.match(r"\s*= (.+)", text):
            said.append(f"({hint[1]})")
        elif not EXCERPT.match(text):
            if found := re.match(r"\(lines? (\d+).*?\) ", text):
                line, text = found[1], text[found.end() :]
            said.append(re.sub(r"^[✖ℹxi] ", "", BOXES.sub("", text).strip()))
    message = " ".join(part for part in said if part)
    where = f"{file}:{line}" if file and line else file
    if not where and chapter and chapter not in message:
        where = f"{chapter}:{line}" if line else chapter
    return f"{where}: {message}" if where else message
