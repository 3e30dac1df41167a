"""How figures look: one light and one dark matplotlib style, colours safe for colour-blind readers (Okabe and Ito 2008)."""

from __future__ import annotations

from typing import Any

PALETTE = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermillion": "#D55E00",
    "sky": "#56B4E9",
    "purple": "#CC79A7",
    "yellow": "#F0E442",
}

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
    # Text stays text: small files, searchable, and drawn with the reader's fonts.
    "svg.fonttype": "path",
    # Identifiers inside an SVG are random unless salted; an unchanged figure must be an unchanged file.
    "svg.hashsalt": "tpdl",
}


def _theme(ink: str, quiet: str, grid: str, paper: str, cycle: tuple[str, ...]) -> dict[str, Any]:
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
        "axes.prop_cycle": cycler(color=[PALETTE[name] for name in cycle]),
    }


def light() -> dict[str, Any]:
    """The style of figures on white paper."""
    order = ("blue", "vermillion", "green", "orange", "purple", "sky")
    return _theme("#1b1f24", "#57606a", "#e3e6ea", "#ffffff", order)


def dark() -> dict[str, Any]:
    """The style of figures on a dark page; the same hues in an order that keeps the bright ones first."""
    order = ("sky", "orange", "green", "vermillion", "purple", "yellow")
    return _theme("#e6e9ed", "#9aa4af", "#30363d", "#16191d", order)
