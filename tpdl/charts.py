"""Charts: figures that a page makes interactive, of the description that lies beside their pictures.

Example:
    is_chart("means.vl.json")       # True: that of means.svg
    is_chart("means.svg")           # False

The description is Vega-Lite, a JSON file that holds the data of the chart, too. The pictures are what paper shows, and
a page without scripts.
"""

from __future__ import annotations

from os import PathLike, fspath

SUFFIX = ".vl.json"
"""What the name of a description ends in, as everywhere that knows Vega-Lite."""
EXTRA = "pip install 'tpdl[altair]'"
"""What brings Altair, and what draws its charts."""


def is_chart(path: str | PathLike[str]) -> bool:
    """Whether a file is the description of a chart, as its name tells."""
    return fspath(path).endswith(SUFFIX)
