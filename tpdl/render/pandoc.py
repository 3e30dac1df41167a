"""Where the Pandoc is that comes with `pypandoc_binary`."""

from __future__ import annotations

from functools import cache

from tpdl.errors import UserError


@cache
def pandoc_path() -> str:
    """The path of the program. The module that brings it is imported only here, because that takes a while.

    Raises:
        UserError: `pypandoc_binary` is not installed.
    """
    try:
        import pypandoc

        return str(pypandoc.get_pandoc_path())
    except (ImportError, OSError):
        raise UserError("Pandoc is not here; `pip install pypandoc_binary` brings it") from None
