"""How figures look: a light and a dark matplotlib style, with colours that colour-blind readers can tell apart.

The colours are those of Okabe and Ito (2008).
"""

from __future__ import annotations

from typing import Any

LIGHT_CYCLE = ("#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9")
"""Blue, vermillion, bluish green, orange, reddish purple, sky blue. In a figure: "C0" to "C5"."""

DARK_CYCLE = ("#4C9FD8", "#F0803C", "#2DBE8D", "#F2B632", "#DE9BC0", "#9AD4F5")
"""The same hues, lighter, in the same order: "C1" is vermillion on both pages, so a text may name it."""

_COMMON: dict[str, Any] = {
    "figure.figsize": (7.2, 4.2),
    "figure.dpi": 150,
    "figure.constrained_layout.use": True,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.labelsize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    # Letters as outlines: the same picture in every browser and in the PDF, whatever fonts are there.
    "svg.fonttype": "path",
    # Identifiers inside an SVG are random unless salted; an unchanged figure must be an unchanged file.
    "svg.hashsalt": "tpdl",
}


def _theme(ink: str, quiet: str, grid: str, paper: str, colours: tuple[str, ...]) -> dict[str, Any]:
    from cycler import cycler

    return _COMMON | {
        "text.color": ink,
        "axes.labelcolor": ink,
        "axes.titlecolor": ink,
        "axes.edgecolor": quiet,
        "xtick.color": quiet,
        "ytick.color": quiet,
        "xtick.labelcolor": ink,
        "ytick.labelcolor": ink,
        "grid.color": grid,
        "figure.facecolor": paper,
        "axes.facecolor": paper,
        "savefig.facecolor": paper,
        "axes.prop_cycle": cycler(color=colours),
    }


def light() -> dict[str, Any]:
    """The style of figures on white paper."""
    return _theme("#1b1f24", "#57606a", "#e3e6ea", "#ffffff", LIGHT_CYCLE)


def dark() -> dict[str, Any]:
    """The style of figures on a dark page."""
    return _theme("#e6e9ed", "#9aa4af", "#30363d", "#16191d", DARK_CYCLE)
