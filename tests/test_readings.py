"""Plots say what is at their points: where matplotlib drew them, in the words of the author."""

from __future__ import annotations

import re

import pytest

from experiments.adaptation.schedules import factor, rate
from tests.conftest import Lab
from tpdl.readings import append, read

PLOT = '''
"""A plot that can be read."""
from tpdl import experiment, figure, reading

@experiment()
def heights() -> dict:
    """Heights of three."""
    return {"a": 1.0, "b": 3.0, "c": 40.0}

@figure(heights, alt="Three points.")
def heights_plot(results: dict, *, narrow: bool = False):
    """Two panels, one above the other on a phone; the axis ends before the last point."""
    from matplotlib.figure import Figure
    fig = Figure(figsize=(3, 5) if narrow else (7, 3))
    left, right = fig.subplots(*((2, 1) if narrow else (1, 2)))
    for axis in (left, right):
        axis.set(ylim=(0, 10), yscale="linear", xlabel="x")
        for x, (name, y) in enumerate(results.items()):
            axis.plot(x, y, "s", markersize=4)
            reading(axis, x, y, f"{name} < {y:g} & so on")
    return fig
'''


@pytest.fixture(scope="module")
def plotted(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A project with a plot, which is drawn."""
    lab = Lab(tmp_path_factory.mktemp("readings"))
    lab.write("experiments/toy/heights.py", PLOT)
    lab.tpdl("run", "toy/heights*")
    return lab


@pytest.mark.parametrize("variant", ["", ".narrow"])
def test_a_point_is_read_where_it_is_drawn(plotted: Lab, variant: str) -> None:
    svg = (plotted.root / f"figures/toy/heights{variant}.svg").read_bytes()
    points = read(svg)
    assert [words for _, _, words in points] == ["a < 1 & so on", "b < 3 & so on", "c < 40 & so on"] * 2

    width, height = map(float, re.search(rb'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups())  # type: ignore[union-attr]
    markers = re.findall(rb'<g clip-path="[^"]*">\n<use xlink:href="#\w+" x="([\d.]+)" y="([\d.]+)" style="fill', svg)
    drawn = [(float(x) / width, float(y) / height) for x, y in markers]
    inside = [(left, top) for left, top, words in points if not words.startswith("c")]
    assert len(drawn) == len(inside) == 4  # what is beyond the axis is not drawn
    for (left, top), (x, y) in zip(inside, drawn, strict=True):
        assert left == pytest.approx(x, abs=2e-4) and top == pytest.approx(y, abs=2e-4)


def test_a_point_beyond_the_axis_is_read_at_its_edge(plotted: Lab) -> None:
    svg = (plotted.root / "figures/toy/heights.svg").read_bytes()
    above = next(top for _, top, words in read(svg) if words.startswith("c"))
    assert 0 < above < min(top for _, top, words in read(svg) if not words.startswith("c"))


def test_it_is_the_same_file_when_it_is_drawn_again(plotted: Lab) -> None:
    before = (plotted.root / "figures/toy/heights.dark.svg").read_bytes()
    plotted.tpdl("run", "--force", "toy/heights.svg")
    assert (plotted.root / "figures/toy/heights.dark.svg").read_bytes() == before
    assert read(before)


def test_a_picture_without_points_carries_nothing() -> None:
    assert append(b"<svg></svg>", []) == b"<svg></svg>"
    assert read(b"<svg></svg>") == []


def test_the_drawn_schedules_are_those_of_the_training() -> None:
    gradient_reversal = pytest.importorskip("experiments.lab.methods.gradient_reversal")
    for p in (0.0, 0.03, 0.5, 1.0):
        assert factor(p) == pytest.approx(gradient_reversal.schedule(p))
        assert rate(p) == pytest.approx(gradient_reversal.annealed(p))
