"""Charts on a page: what the script draws them of, and the library that it draws them with.

Example:
    chart_library(root)                        # .tpdl/charts/vega.js, made once for a version of the library
    read_chart(step.charts, root)["wide"]      # '{"$schema": …}', the description as the page holds it
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tpdl.charts import EXTRA
from tpdl.errors import UserError
from tpdl.files import atomic_write, read_text

PACKAGE = "vl-convert-python"
"""The package that carries Vega, Vega-Lite and Vega-Embed, and puts them into one script."""
LIBRARY = Path(".tpdl") / "charts" / "vega.js"
NO_LIBRARY = f"charts are shown as pictures, because what makes them interactive is not installed here; {EXTRA}"


def read_chart(descriptions: Mapping[str, Path], root: Path) -> dict[str, str]:
    """The descriptions of a chart as text that may stand in a page.

    Args:
        descriptions: "wide", and perhaps "narrow" -> the file.
        root: of the project.

    Raises:
        UserError: one is not there, or cannot be read.
    """
    chart = {}
    for kind, path in descriptions.items():
        try:
            content = json.loads(read_text(path))
        except (OSError, ValueError) as error:
            name = path.relative_to(root).as_posix()
            raise UserError(f"{name} cannot be read ({type(error).__name__}: {error}); draw it again") from None
        # In a page `<` could end the script that holds it; in JSON it may be written in another way.
        chart[kind] = json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return chart


def chart_library(root: Path) -> Path | None:
    """The script with everything that charts need, relative to the project; None where nothing here can make it.

    It is kept: to put it together takes seconds.
    """
    try:
        head = f"/* Vega, Vega-Lite and Vega-Embed, BSD-3-Clause, as {PACKAGE} {version(PACKAGE)} brings them */\n"
        import vl_convert
    except (PackageNotFoundError, ImportError):
        return None
    target = root / LIBRARY
    with contextlib.suppress(OSError, ValueError), target.open(encoding="utf-8") as file:
        if file.readline() == head:
            return LIBRARY
    bundle = vl_convert.javascript_bundle()  # type: ignore[call-arg, unused-ignore]  # its stubs want what may be left out
    # In a function of its own: the names in it are short, and would be those of the page.
    atomic_write(target, f"{head}(function () {{\n{bundle}\n}})();\n")
    return LIBRARY
