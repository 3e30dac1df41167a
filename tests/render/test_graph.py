"""The graph of the steps: what is in it, what is left out, and that nothing lies on top of anything else."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tpdl.render.graph import EXPERIMENT, graph, steps_mermaid, write_steps_svg
from tpdl.render.layout import without_shortcuts

SVG = "{http://www.w3.org/2000/svg}"


def planned(*steps: tuple[str, str, list[str]], **states: str) -> tuple[Any, Any]:
    """A plan of steps given as kind, name and what they need, and their states, by the last letter of the base.

    `optional` is a kind of experiment.
    """
    plan: Any = SimpleNamespace(
        steps={
            name: SimpleNamespace(
                base="/".join(name.split("/")[:2]).removesuffix(".svg"),
                kind="experiment" if kind == "optional" else kind,
                upstream=needs,
                optional=kind == "optional",
            )
            for kind, name, needs in steps
        }
    )
    found: Any = {name: SimpleNamespace(state=states.get(step.base[-1], "fresh")) for name, step in plan.steps.items()}
    return plan, found


def picture(*steps: tuple[str, str, list[str]], **states: str) -> tuple[ET.Element, str]:
    """The graph of experiments, and what it is in words."""
    made = graph(*planned(*steps, **states))
    parts = [boxes(ET.fromstring(part["svg"])) for part in made["parts"]]
    whole = ET.fromstring(made["svg"])
    assert sorted(name for part in parts for name in part) == sorted(boxes(whole)), "each box in one of the parts"
    assert all(part["width"] <= made["width"] for part in made["parts"])
    return whole, made["alt"]


def boxes(svg: ET.Element) -> dict[str, tuple[int, int]]:
    """Name -> place of its box."""
    found = {}
    for group in svg.iter(f"{SVG}g"):
        rect = group.find(f"{SVG}rect")
        assert rect is not None
        found[str(group.findtext(f"{SVG}text"))] = (int(rect.attrib["x"]), int(rect.attrib["y"]))
    return found


def test_runs_are_one_box_and_what_comes_along_has_no_line_of_its_own() -> None:
    svg, words = picture(
        ("experiment", "a/x/n=1", []),
        ("experiment", "a/x/n=2", []),
        ("experiment", "a/y", ["a/x/n=1"]),
        ("experiment", "a/z", ["a/x/n=1", "a/y"]),
        ("experiment", "b/w", ["a/z"]),
        ("figure", "a/y.svg", ["a/y"]),
    )
    place = boxes(svg)
    assert place.keys() == {"x", "y", "z", "w"}
    assert len(svg.findall(f"{SVG}path")) == 3
    assert words == "Graph of 4 experiments: a/x needs no other; a/y needs a/x; a/z needs a/y; b/w needs a/z."
    assert place["x"][0] < place["y"][0] < place["z"][0] and place["w"][1] > place["z"][1]
    says = [text.text for text in svg.iter(f"{SVG}text") if text.get("class") == "says"]
    assert says == ["2 runs", "1 run, 1 figure", "1 run", "1 run"]


def test_the_worst_state_shows_and_what_cannot_be_measured_here_does_not_count() -> None:
    svg, _ = picture(("experiment", "a/s", []), ("optional", "a/m", []), s="stale upstream", m="missing")
    classes = [group.get("class") for group in svg.iter(f"{SVG}g")]
    says = [text.text for text in svg.iter(f"{SVG}text") if text.get("class") == "says"]
    assert classes == ["state-stale-upstream", "state-missing"] and says == ["1 run, stale upstream", "missing"]


def test_what_is_not_drawn_from_an_experiment_is_left_out() -> None:
    svg, words = picture(("figure", "a/f.svg", []), ("experiment", "a/x", []), ("summary", "a/v", ["a/x"]))
    assert boxes(svg).keys() == {"x"} and words == "Graph of 1 experiments: a/x needs no other."


def test_nothing_overlaps_and_all_is_inside() -> None:
    names = [f"c/e{i}" for i in range(12)]
    svg, _ = picture(*[("experiment", name, names[max(0, i - 3) : i : 2]) for i, name in enumerate(names)])
    place = list(boxes(svg).values())
    for (x, y), (other_x, other_y) in itertools.combinations(place, 2):
        assert abs(x - other_x) >= EXPERIMENT.width or abs(y - other_y) >= EXPERIMENT.height
    _, _, width, height = map(int, svg.attrib["viewBox"].split())
    assert max(x for x, _ in place) + EXPERIMENT.width <= width
    assert max(y for _, y in place) + EXPERIMENT.height <= height


def test_no_experiments() -> None:
    svg, words = picture()
    assert boxes(svg) == {} and words.startswith("Graph of 0 experiments")


STEPS = [
    ("experiment", "a/x/n=1", []),
    ("experiment", "a/x/n=2", []),
    ("table", "a/x", ["a/x/n=1", "a/x/n=2"]),
    ("experiment", "a/y", ["a/x/n=1", "a/x"]),
    ("figure", "a/y.svg", ["a/y", "b/elsewhere"]),
]


def test_single_steps_with_every_line_among_them(tmp_path: Path) -> None:
    plan, states = planned(*STEPS, y="stale upstream")
    write_steps_svg(plan, list(plan.steps), states, tmp_path / "steps.svg")
    svg = ET.parse(tmp_path / "steps.svg").getroot()
    place = boxes(svg)
    assert place["a/x/n=1"][0] < place["a/x"][0] < place["a/y"][0] < place["a/y.svg"][0]
    assert place["a/x/n=1"][1] < place["a/x/n=2"][1]
    assert len(svg.findall(f"{SVG}path")) == 5
    assert [title.text for title in svg.iter(f"{SVG}title")][-1] == "a/y.svg: stale upstream"
    text = steps_mermaid(plan, list(plan.steps), states)
    assert text.count("-->") == 5 and '(["a/y.svg"]):::stale_upstream' in text
    assert "classDef stale_upstream fill:" in text


@pytest.mark.parametrize("name", ['a/<script>alert("1")', "a&b/c & d"])
def test_names_are_not_taken_for_markup(tmp_path: Path, name: str) -> None:
    plan, states = planned(("experiment", name, []))
    made = graph(plan, states)
    write_steps_svg(plan, [name], states, tmp_path / "steps.svg")
    for svg in (ET.fromstring(made["svg"]), ET.parse(tmp_path / "steps.svg").getroot()):
        assert not list(svg.iter(f"{SVG}script"))
        assert svg.findtext(f"{SVG}text") == name.rpartition("/")[0]
    assert (
        made["alt"] == ET.fromstring(made["svg"]).get("aria-label") == f"Graph of 1 experiments: {name} needs no other."
    )
    assert svg.findtext(f"{SVG}g/{SVG}title") == f"{name}: fresh"


def test_lines_that_others_bring_along_are_left_out() -> None:
    needs = {"x": [], "y": ["x"], "z": ["x", "y"], "w": ["x", "z"]}
    assert without_shortcuts(needs) == {"x": set(), "y": {"x"}, "z": {"y"}, "w": {"z"}}
