"""Where pages show what a benchmark has measured: between two lines that are marks."""

from __future__ import annotations

from pathlib import Path


def put(page: Path, marks: tuple[str, str], text: str) -> None:
    """Put `text` between the marks of a page, in the place of what stands there.

        put(Path("README.md"), ("<!-- speed -->", "<!-- end of speed -->"), table)

    Raises:
        SystemExit: the page lacks the marks.
    """
    before, begin, rest = page.read_text().partition(f"{marks[0]}\n")
    _, end, after = rest.partition(marks[1])
    if not (begin and end):
        raise SystemExit(f"{page.name} lacks the lines {marks[0]} and {marks[1]}")
    page.write_text(f"{before}{marks[0]}\n{text}\n{marks[1]}{after}")
