"""Charts of Altair: drawn as pictures, light and dark, and described for the page, which makes them interactive.

Example:
    save_chart(step, lambda: loss_chart(results))     # writes loss.svg, loss.dark.svg and loss.vl.json

The function is called once, and for narrow pages once more: colours come from the theme when a picture is made of the
description, and the page chooses between the same two themes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tpdl.charts import EXTRA
from tpdl.errors import StepError, UserError
from tpdl.files import atomic_write
from tpdl.plan import theme
from tpdl.plan.step import Step
from tpdl.run.outlines import with_outlines

PIXELS_PER_POINT = 4 / 3
"""Vega counts in pixels of CSS."""
SIZE = (560, 300)
"""Pixels of the room between the axes, where the chart says nothing: with its labels it is as wide as a figure."""
NARROW_SIZE = (280, 260)


def save_chart(step: Step, draw: Callable[..., Any]) -> None:
    """Draw a chart, light and dark; its files replace the old ones only when all are made.

    Args:
        step: whose products they are.
        draw: called once, and with `narrow=True` for narrow pages; returns an Altair chart.

    Raises:
        StepError: the function returned none, or one that the page could not show by itself.
        UserError: Altair, or what makes a picture of its charts, is not installed.
    """
    _refuse_if_missing()
    where = f"{step.source}:{step.line}: {step.name}"
    pictures: list[bytes] = []
    descriptions: list[str] = []
    for kind in step.charts:
        chart = draw(narrow=True) if kind == "narrow" else draw()
        size = NARROW_SIZE if kind == "narrow" else SIZE
        spec = _specification(chart, where)
        themes = {name: config(style, size) for name, style in (("light", theme.light()), ("dark", theme.dark()))}
        pictures += [_picture(spec, each, where) for each in themes.values()]
        # Vega-Lite leaves `usermeta` to programs: here the page finds the colours of both themes.
        spec["usermeta"] = {**spec.get("usermeta", {}), "tpdl": themes}
        descriptions.append(json.dumps(spec, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n")
    contents = [*pictures, *(text.encode() for text in descriptions)]
    for path, content in zip(step.products, contents, strict=True):
        atomic_write(path, content)


def _refuse_if_missing() -> None:
    try:
        import altair  # noqa: F401
        import vl_convert  # noqa: F401
    except ImportError as error:
        raise UserError(f"a chart needs {error.name}, which is not installed here; {EXTRA}") from None


def _specification(chart: Any, where: str) -> dict[str, Any]:
    """The chart as Vega-Lite, with its data in it, and without the look that Altair gives to charts that have none.

    Raises:
        StepError: it is no chart, a wrong one, or its data are too many or lie elsewhere.
    """
    import altair

    if not isinstance(chart, altair.TopLevelMixin):
        raise StepError(f"{where} must return an Altair chart; it returned {type(chart).__name__}")
    try:
        with altair.theme.enable("none"), altair.data_transformers.enable("default"):
            spec: dict[str, Any] = chart.to_dict()
    except altair.MaxRowsError:
        raise StepError(
            f"{where} returned a chart of more than 5,000 rows, all of which would be part of the page; draw a sample, "
            "or what was counted or averaged"
        ) from None
    except Exception as error:
        raise StepError(f"{where} returned a chart that is wrong: {_first_line(error)}") from None
    for address in _addresses(spec):
        raise StepError(
            f"{where} returned a chart whose data lie at {address}; read them in an experiment, and pass a table"
        )
    return spec


def _addresses(value: Any) -> Iterator[str]:
    """The addresses from which a description would fetch data."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            if key == "data" and isinstance(each, Mapping) and "url" in each:
                yield str(each["url"])
            elif key != "datasets":
                yield from _addresses(each)
    elif isinstance(value, list):
        for each in value:
            yield from _addresses(each)


def config(style: Mapping[str, Any], size: tuple[int, int]) -> dict[str, Any]:
    """What Vega-Lite has to know of a matplotlib style, so that charts look like the other figures.

    Args:
        style: of `tpdl.plan.theme`.
        size: width and height of a chart that does not say how large it is, in pixels.

    >>> config(theme.light(), (560, 300))["axis"]["gridColor"]
    '#e3e6ea'
    """
    ink, quiet, paper = style["text.color"], style["axes.edgecolor"], style["figure.facecolor"]
    sizes = {key: round(style[key] * PIXELS_PER_POINT, 1) for key in ("axes.titlesize", "axes.labelsize")}
    small, title = round(style["xtick.labelsize"] * PIXELS_PER_POINT, 1), sizes["axes.titlesize"]
    words = {
        "labelColor": ink,
        "labelFontSize": small,
        "titleColor": ink,
        "titleFontSize": sizes["axes.labelsize"],
        "titleFontWeight": "normal",
    }
    lines = {"domainColor": quiet, "tickColor": quiet, "gridColor": style["grid.color"]}
    colours = style["axes.prop_cycle"].by_key()["color"]
    return {
        "background": paper,
        "font": style["font.sans-serif"][0],
        "axis": {**words, **lines, "gridWidth": style["grid.linewidth"] * PIXELS_PER_POINT},
        "header": words,
        "legend": {**words, "symbolStrokeColor": quiet},
        "mark": {"color": colours[0]},
        "line": {"strokeWidth": round(style["lines.linewidth"] * PIXELS_PER_POINT, 1)},
        "range": {"category": list(colours)},
        "rule": {"color": quiet},
        "text": {"color": ink},
        "title": {"color": ink, "subtitleColor": ink, "fontSize": title, "fontWeight": "normal", "anchor": "start"},
        "view": {"stroke": None, "continuousWidth": size[0], "continuousHeight": size[1]},
    }


def _picture(spec: Mapping[str, Any], style: Mapping[str, Any], where: str) -> bytes:
    """The chart as SVG, with letters as outlines.

    Raises:
        StepError: Vega-Lite makes nothing of it.
    """
    import matplotlib
    import vl_convert

    # Letters are measured in the font that they are drawn in, which comes with matplotlib.
    vl_convert.register_font_directory(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf"))
    try:
        svg = vl_convert.vegalite_to_svg(
            dict(spec), vl_version=_version(spec), config=dict(style), allowed_base_urls=[]
        )
    except ValueError as error:
        raise StepError(f"{where} returned a chart that Vega-Lite cannot draw: {_first_line(error)}") from None
    return with_outlines(svg).encode()


def _version(spec: Mapping[str, Any]) -> str | None:
    """The newest Vega-Lite here that is not newer than the chart's; None for the newest of all."""
    import vl_convert

    found = str(spec.get("$schema", "")).rpartition("/v")[2].removesuffix(".json").split(".")[:2]
    return ".".join(found) if ".".join(found) in vl_convert.get_vegalite_versions() else None


def _first_line(error: Exception) -> str:
    """What an error says, without what its library adds for people who look into it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    said = next((line for line in lines if line.startswith(("Error:", "TypeError:"))), lines[0] if lines else "")
    return said or type(error).__name__
