"""Everything that tpdl writes in HTML and SVG comes from templates, which lie beside the modules that fill them.

    fill(Path(__file__).with_name("page.html"), title="Cats & dogs")    # "… <h1>Cats &amp; dogs</h1> …"

Text is escaped on its way in, so that a title, a file name or a result is never taken for markup. Only what Pandoc made
is markup already; it is handed over as `markupsafe.Markup`. A name that a template uses and that is not given is an
error.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

ROOT = Path(__file__).parent
PLAIN = ("jinja",)
"""Suffix of templates that are no markup; whoever fills one quotes what goes into it."""


def fill(template: Path, /, **values: object) -> str:
    """The text of a template with `values` put in.

    Args:
        template: a file of this package.
        values: what the template uses, by name.
    """
    return _environment().get_template(template.relative_to(ROOT).as_posix()).render(values)


@cache
def _environment() -> Environment:
    # Imported only where something is rendered: `tpdl status` must not wait for it.
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=PackageLoader(__package__, ""),
        autoescape=select_autoescape(("html", "svg"), PLAIN, default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
