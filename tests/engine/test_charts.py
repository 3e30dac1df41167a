"""Charts of Altair: pictures and description, the same bytes each time, and what is refused in a line."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from tpdl.plan import theme
from tpdl.run.charts import config
from tpdl.run.outlines import with_outlines

CHART = """
from __future__ import annotations

import pandas as pd

from tpdl import experiment, figure


@experiment()
def walk(n: int = 5) -> pd.DataFrame:
    return pd.DataFrame({"step": range(n), "place": [0, 1, 0, -1, 0], "kind": list("aabba")})


@figure(walk, format="altair", caption="A walk.", alt="A jagged line.")
def walk_chart(results: pd.DataFrame, *, narrow: bool = False):
    import altair

    chart = altair.Chart(results, title=["A walk", "of 5 % & <more>"]).mark_line(clip=True)
    return chart.encode(x="step:Q", y="place:Q", color="kind:N", tooltip=["step:Q", "place:Q"]).interactive()
"""
FILES = [
    f"walk{middle}"
    for middle in (".svg", ".dark.svg", ".narrow.svg", ".narrow.dark.svg", ".vl.json", ".narrow.vl.json")
]


@pytest.fixture
def charts(lab):
    pytest.importorskip("altair", reason="needs tpdl[altair]")
    pytest.importorskip("vl_convert", reason="needs tpdl[altair]")
    lab.write("experiments/walks.py", CHART)
    return lab


def contents(lab) -> dict[str, bytes]:
    return {name: (lab.root / "figures" / name).read_bytes() for name in FILES}


def test_a_chart_is_pictures_and_what_a_page_makes_of_it(charts):
    charts.tpdl("run", "walk", "walk.svg")
    before = contents(charts)
    assert len(set(before.values())) == 6
    assert not any(b"<text" in before[name] for name in FILES[:4]), "letters are outlines"
    assert theme.light()["figure.facecolor"].encode() in before["walk.svg"]
    assert theme.dark()["figure.facecolor"].encode() in before["walk.dark.svg"]
    chart = json.loads(before["walk.vl.json"])
    assert chart["usermeta"]["tpdl"]["dark"]["background"] == theme.dark()["figure.facecolor"]
    assert "view" not in chart.get("config", {}), "not the size that Altair gives to a chart that has none"
    assert sum(map(len, chart["datasets"].values())) == 5

    # The same bytes in a process that has drawn another chart before.
    more = "\n\n@figure(walk, suffix='a', format='altair', alt='The same.')\ndef again(results: pd.DataFrame):\n"
    charts.edit(
        "experiments/walks.py",
        '@figure(walk, format="altair"',
        more + '    return walk_chart(results)\n\n\n@figure(walk, format="altair"',
    )
    charts.tpdl("run", "--force", "--executor", "inline", "walk-a.svg", "walk.svg")
    assert contents(charts) == before
    assert charts.states("walk")["walk.svg"] == "fresh"

    (charts.root / "figures/walk.vl.json").unlink()
    assert charts.not_fresh()["walk.svg"] == "stale: product walk.vl.json is gone"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("altair.Chart(results,", "altair.Chart(pd.concat([results] * 1001),", "a chart of more than 5,000 rows"),
        ("altair.Chart(results,", "altair.Chart('https://example.org/a.csv',", "data lie at https://example.org/a.csv"),
        ('x="step:Q"', 'x="stepp"', "returned a chart that is wrong: "),
        ("return chart", "return 'a chart' or chart", "must return an Altair chart; it returned str"),
        ('format="altair", ', "", 'returned an Altair chart; declare it with format="altair"'),
    ],
)
def test_what_is_refused(charts, old, new, message):
    charts.edit("experiments/walks.py", old, new)
    assert message in charts.tpdl("run", "walk", "walk.svg", code=1)


def test_without_the_library_one_line_says_what_brings_it(lab):
    lab.write("experiments/walks.py", CHART)
    lab.write("altair.py", "raise ImportError('gone', name='altair')\n")
    said = lab.tpdl("run", "walk", "walk.svg", code=1)
    assert "a chart needs altair, which is not installed here; pip install 'tpdl[altair]'" in said


def test_colours_are_those_of_the_theme():
    dark = config(theme.dark(), (10, 20))
    assert dark["axis"]["labelColor"] == theme.dark()["text.color"]
    assert dark["range"]["category"] == list(theme.DARK_CYCLE)
    assert dark["view"]["continuousWidth"] == 10


def test_letters_become_outlines_where_the_text_stood():
    text = (
        '<svg xmlns="http://www.w3.org/2000/svg"><clipPath id="clip12"/><g clip-path="url(#clip12)">'
        '<text text-anchor="{}" transform="translate(5,6)" font-family="DejaVu Sans" font-size="20px" fill="#123">'
        '<tspan>H</tspan><tspan x="0" dy="24">H</tspan></text></g></svg>'
    )
    boxes = {}
    for anchor in ("start", "middle", "end"):
        made = with_outlines(text.format(anchor))
        path = ElementTree.fromstring(made).find(".//{http://www.w3.org/2000/svg}path")
        assert path is not None and path.attrib.keys() == {"transform", "fill", "d"}
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", path.attrib["d"])]
        boxes[anchor] = (min(numbers[::2]), max(numbers[::2]), min(numbers[1::2]), max(numbers[1::2]))
        assert 'id="clip0"' in made and "url(#clip0)" in made
    start, middle, end = boxes["start"], boxes["middle"], boxes["end"]
    # An H of DejaVu Sans is 0.729 of the size high and advances by 0.752 of it.
    assert start[2] == pytest.approx(-0.729 * 20, abs=0.1) and start[3] == pytest.approx(24, abs=0.1)
    assert start[0] - end[0] == pytest.approx(0.752 * 20, abs=0.2)
    assert middle[0] == pytest.approx((start[0] + end[0]) / 2, abs=0.1)
