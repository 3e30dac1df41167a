"""The graph of the steps: what is in it, what is left out, and that nothing lies on top of anything else."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tpdl.render.graph import divided, graph, steps_mermaid, write_steps_svg
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
    assert says == ["2 runs"]


def test_the_worst_state_shows_and_what_cannot_be_measured_here_does_not_count() -> None:
    svg, _ = picture(("experiment", "a/s", []), ("optional", "a/m", []), s="stale upstream", m="missing")
    classes = [group.get("class") for group in svg.iter(f"{SVG}g")]
    says = [text.text for text in svg.iter(f"{SVG}text") if text.get("class") == "says"]
    assert classes == ["state-stale-upstream", "state-missing"] and says == ["stale upstream", "missing"]


def test_what_is_not_drawn_from_an_experiment_is_left_out() -> None:
    svg, words = picture(("figure", "a/f.svg", []), ("experiment", "a/x", []), ("summary", "a/v", ["a/x"]))
    assert boxes(svg).keys() == {"x"} and words == "Graph of 1 experiments: a/x needs no other."


def test_nothing_overlaps_and_all_is_inside() -> None:
    names = [f"c/e{i}" for i in range(12)]
    svg, _ = picture(*[("experiment", name, names[max(0, i - 3) : i : 2]) for i, name in enumerate(names)])
    place = [tuple(int(rect.attrib[key]) for key in ("x", "y", "width", "height")) for rect in svg.iter(f"{SVG}rect")]
    assert len(place) == 12
    for (x, y, wide, high), (other_x, other_y, other_wide, other_high) in itertools.combinations(place, 2):
        assert x + wide <= other_x or other_x + other_wide <= x or y + high <= other_y or other_y + other_high <= y
    _, _, width, height = map(int, svg.attrib["viewBox"].split())
    assert max(x + wide for x, _, wide, _ in place) <= width
    assert max(y + high for _, y, _, high in place) <= height


def test_long_names_have_several_lines_and_stay_in_their_box() -> None:
    """A letter of the graph's typeface is three fifths of its size wide."""
    names = ["c/x", "c/a-name-of-many-parts-that-is-far-too-long-for-one-line", "c/" + "unbroken" * 8]
    steps = [
        ("experiment", f"{name}/n={n}", [f"{up}/n=1" for up in names[:i]])
        for i, name in enumerate(names)
        for n in (1, 2)
    ]
    svg, _ = picture(*steps)
    for group in svg.iter(f"{SVG}g"):
        rect = {key: int(group.find(f"{SVG}rect").attrib[key]) for key in ("x", "y", "width", "height")}  # type: ignore[union-attr]
        taken: list[tuple[float, float, int]] = []
        for text in group.iter(f"{SVG}text"):
            size, x, y = int(text.get("font-size", "11")), float(text.attrib["x"]), int(text.attrib["y"])
            wide = 0.6 * size * len(text.text or "")
            left = x - wide if text.get("text-anchor") == "end" else x
            assert rect["x"] < left and left + wide < rect["x"] + rect["width"]
            assert rect["y"] + size <= y <= rect["y"] + rect["height"] - 3
            assert all(y != other or left > end or left + wide < start for start, end, other in taken)
            taken.append((left, left + wide, y))
        assert len(taken) == 2 or rect["height"] > 40
    assert "".join(divided(names[1], "-", 20)) == names[1]


def test_what_needs_the_same_stands_as_a_list_beside_it() -> None:
    """And what stands alone takes the room that is left."""
    leaves = [("experiment", f"a/leaf{i}", ["a/x"]) for i in range(3)]
    svg, _ = picture(("experiment", "a/alone", []), ("experiment", "a/x", []), *leaves)
    place = boxes(svg)
    assert place["x"][1] == place["leaf0"][1] and len({place[f"leaf{i}"][0] for i in range(3)}) == 1
    rows = [place[f"leaf{i}"][1] for i in range(3)]
    assert rows[1] - rows[0] == rows[2] - rows[1] < place["alone"][1] - place["x"][1]


def test_chapters_have_the_order_of_the_book() -> None:
    plan, states = planned(("experiment", "a/x", []), ("experiment", "b/y", []), ("experiment", "c/z", []))
    made = graph(plan, states, ["index", "c", "b"])
    assert [list(boxes(ET.fromstring(part["svg"]))) for part in made["parts"]] == [["z"], ["y"], ["x"]]
    place = boxes(ET.fromstring(made["svg"]))
    assert place["z"][1] < place["y"][1] < place["x"][1]


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
