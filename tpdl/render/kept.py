"""What is made of a chapter is kept beside the book, and made again only when what it is made from has changed.

Example:
    html = kept(folder / "html-3.kept", [text, *arguments], lambda: convert(text, arguments))
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from tpdl.files import atomic_write, read_bytes, sha256_bytes

LARGEST = 256 * 2**20
"""Bytes of what is made of one chapter; a larger file is none of ours."""


def kept(path: Path, made_from: Sequence[str], make: Callable[[], str]) -> str:
    """What `make` returns, or what it returned last time if `made_from` is the same.

    Args:
        path: where it is kept, named `*.kept`.
        made_from: all that the outcome depends on, as text.
        make: called only if something of that has changed.
    """
    key = sha256_bytes(json.dumps(made_from).encode())
    try:
        last, _, made = read_bytes(path, LARGEST).decode("utf-8").partition("\n")
    except (OSError, ValueError):  # nothing kept, or damaged
        last, made = "", ""
    if last == f"{key} {sha256_bytes(made.encode())}":
        return made
    made = make()
    atomic_write(path, f"{key} {sha256_bytes(made.encode())}\n{made}")
    return made
