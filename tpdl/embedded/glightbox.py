"""GLightbox, with which pictures open large: the library that Quarto's pages use, served from the site itself.

copy_glightbox(book.output / "site_libs/glightbox")
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from tpdl.errors import UserError
from tpdl.files import atomic_write

PACKAGE = "mkdocs-glightbox"
"""The package that carries the library's files. Only the files are used; none of its modules is imported."""
FILES = ("glightbox.min.js", "glightbox.min.css", "LICENSE.md")


def copy_glightbox(folder: Path) -> None:
    """Put the script, the style and the licence of the library into `folder`, unless they are there.

    Raises:
        UserError: the package that brings them is not installed.
    """
    for name in FILES:
        try:
            content = Path(str(distribution(PACKAGE).locate_file(f"mkdocs_glightbox/glightbox/{name}"))).read_bytes()
        except (PackageNotFoundError, OSError):
            raise UserError(f"GLightbox is not here; `pip install {PACKAGE}` brings it") from None
        if not (folder / name).exists() or (folder / name).read_bytes() != content:
            atomic_write(folder / name, content)
