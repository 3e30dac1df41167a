"""What a change touches, and what it does not: the eleven rules, through the command line."""

from __future__ import annotations

import io
import json
import time

import pytest

CELL = "toy/curve/network=small"
RECORD = "figures/toy/curve/network=small.csv.record.json"


def test_everything_is_missing_then_fresh(lab):
    assert set(lab.states().values()) == {
        "missing: never run",
        "missing: needs toy/curve/network=small, which is missing",
        "missing: needs toy/curve, which is missing",
    }
    lab.tpdl("status", code=1)
    lab.tpdl("run")
    lab.tpdl("status", code=0)
    assert (lab.root / "figures/toy/curve.csv").read_text().startswith("network,x,y\nsmall,0,0\n")
    assert json.loads((lab.root / "figures/toy/curve.values.json").read_text()) == {"largest": 90}
    assert (lab.root / "figures/toy/curve.svg").exists() and (lab.root / "figures/toy/curve.dark.svg").exists()


def test_a_record_says_what_happened(fresh):
    happened = json.loads((fresh.root / RECORD).read_text())["happened"]
    assert 20e6 < happened["peak_memory_bytes"] < 20e9, "that of a process which has imported pandas"
    assert 0 <= happened["seconds"] < 60 and happened["libraries"].keys() >= {"pandas"}
    assert happened["device"] == "CPU" and happened["commit"] is None


def test_a_copy_without_local_state_is_fresh(fresh):
    assert fresh.not_fresh() == {}
    assert "nothing to run" in fresh.tpdl("run")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""Helpers."""', '"""Better helpers."""'),
        ("    return x * x", "    # the area\n    return x * x"),
        ("    return x * x", "    return (x\n            * x)"),
        ("    return x ** 3", "    return x * x * x"),
    ],
    ids=["docstring", "comment", "formatting", "unused helper"],
)
def test_what_does_not_matter_changes_nothing(fresh, old, new):
    fresh.edit("helpers/maths.py", old, new)
    assert fresh.not_fresh() == {}


def test_a_used_helper_makes_its_callers_stale_by_name(fresh):
    fresh.edit("helpers/maths.py", "x * x", "x * x + 0")
    states = fresh.not_fresh()
    assert states[CELL] == "stale: code helpers.maths:square changed"
    assert states["toy/curve.svg"] == "stale upstream: toy/curve is stale upstream"


def test_a_drawing_function_makes_one_figure_stale(fresh):
    fresh.edit("experiments/toy/curve.py", 'return "x"', 'return "number"')
    assert fresh.not_fresh() == {"toy/curve.svg": "stale: code experiments.toy.curve:axis_title changed"}


def test_parameters_and_new_cells(fresh):
    fresh.edit("experiments/toy/curve.py", "n: int = 4", "n: int = 5")
    fresh.edit("experiments/toy/curve.py", '["small", "large"]', '["small", "large", "tiny"]')
    states = fresh.not_fresh()
    assert states[CELL] == "stale: parameter n: 4 -> 5"
    assert states["toy/curve/network=tiny"] == "missing: never run"


def test_an_identical_rerun_leaves_every_file_as_it_was(fresh):
    before = {path: path.read_bytes() for path in (fresh.root / "figures").rglob("*") if path.is_file()}
    fresh.tpdl("run", "toy/curve", "--force")
    assert {path: path.read_bytes() for path in (fresh.root / "figures").rglob("*") if path.is_file()} == before


def test_what_follows_an_unchanged_result_does_not_run(fresh):
    fresh.edit("helpers/maths.py", "x * x", "x ** 2")
    said = fresh.tpdl("run")
    assert "skipped toy/curve.svg: still fresh" in said
    assert fresh.not_fresh() == {}


def test_figure_redraws_without_measuring(fresh):
    fresh.edit("experiments/toy/curve.py", 'return "x"', 'return "number"')
    measured = (fresh.root / "figures/toy/curve/network=small.csv").stat().st_mtime_ns
    before = (fresh.root / "figures/toy/curve.svg").read_bytes()
    fresh.tpdl("figure", "toy/curve")
    assert (fresh.root / "figures/toy/curve.svg").read_bytes() != before
    assert (fresh.root / "figures/toy/curve/network=small.csv").stat().st_mtime_ns == measured
    assert fresh.not_fresh() == {}


def test_a_figure_drawn_from_stale_results_stays_behind(fresh):
    fresh.edit("helpers/maths.py", "x * x", "x * x + 1")
    assert "drawn from results that are not fresh" in fresh.tpdl("figure", "toy/curve")
    assert fresh.not_fresh()["toy/curve.svg"].startswith("stale upstream")


def test_a_figure_drawn_from_an_edited_file_does_not_pass_as_fresh(lab):
    lab.write(
        "experiments/one.py",
        """
        import pandas as pd

        from tpdl import experiment, figure

        @experiment()
        def one() -> pd.DataFrame:
            return pd.DataFrame({"x": [1, 2]})

        @figure(one)
        def picture(results):
            from matplotlib.figure import Figure

            drawing = Figure()
            drawing.subplots().plot(results["x"])
            return drawing
        """,
    )
    lab.tpdl("run", "one")
    table = lab.root / "figures/one.csv"
    honest = table.read_text()
    table.write_text(honest.replace("2", "5000"))
    assert "drawn from results that are not fresh: one" in lab.tpdl("figure", "one")
    table.write_text(honest)
    assert lab.states("one") == {"one": "fresh", "one.svg": "stale: input one changed"}


def test_accept_keeps_the_result_and_says_so(fresh):
    fresh.edit("helpers/maths.py", "x * x", "x ** 2")
    said = fresh.tpdl("accept", "toy/curve", "--because", "the same number")
    assert "code helpers.maths:square changed" in said
    assert fresh.not_fresh() == {}
    assert json.loads((fresh.root / RECORD).read_text())["accepted"]["because"] == "the same number"


def test_why_names_reasons_and_symbols(fresh):
    fresh.edit("helpers/maths.py", "x * x", "x ** 2")
    said = fresh.tpdl("why", CELL)
    assert "code helpers.maths:square changed" in said and "experiments.toy.curve:curve" in said


def test_dry_run_runs_nothing(lab):
    assert "would run" in lab.tpdl("run", "--dry-run")
    assert not (lab.root / "figures").exists()


def test_source_edited_while_the_step_runs_counts_as_stale(lab):
    lab.write(
        "experiments/slow.py",
        """
        from pathlib import Path
        from time import sleep

        from tpdl import experiment

        def inner():
            return 1

        @experiment()
        def slow() -> dict:
            Path("started").touch()
            while not Path("edited").exists():
                sleep(0.02)
            return {"value": inner()}
        """,
    )
    from tests.conftest import wait_for

    process = lab.popen("run", "slow", "--executor", "process")
    wait_for((lab.root / "started").exists)
    lab.edit("experiments/slow.py", "return 1", "return 2")
    (lab.root / "edited").touch()
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "1 done; 1 out of date again, because the source changed meanwhile" in said
    assert lab.states("slow") == {"slow": "stale: code experiments.slow:inner changed"}
    assert (lab.root / "figures/slow.json").read_text() == '{\n "value": 1\n}\n', "what the record says ran"
    lab.edit("experiments/slow.py", "return 2", "return 1")
    assert lab.states("slow") == {"slow": "fresh"}


def test_source_edited_while_the_step_runs_in_this_process(lab):
    """There is no snapshot, so nobody knows which version ran."""
    lab.write(
        "experiments/slow.py",
        """
        from pathlib import Path

        from tpdl import experiment

        def inner():
            return 1

        @experiment()
        def slow() -> dict:
            Path(__file__).write_text(Path(__file__).read_text().replace("return 1", "return 2"))
            return {"value": inner()}
        """,
    )
    assert "its source changed while it ran" in lab.tpdl("run", "--inline", "slow", code=1)
    assert lab.states("slow")["slow"].startswith("stale: the source changed while it ran: experiments.slow:inner")
    lab.edit("experiments/slow.py", "return 2", "return 1")
    assert lab.states("slow")["slow"].startswith("stale")


def test_large_intermediate_is_made_only_when_needed(lab):
    lab.write(
        "experiments/big.py",
        """
        import numpy as np

        from tpdl import Arrays, experiment

        @experiment(local=True)
        def features() -> Arrays:
            return {"x": np.arange(3.0)}

        @experiment(inputs={"features": features})
        def total(features: Arrays, factor: int = 1) -> dict:
            return {"sum": factor * float(features["x"].sum())}
        """,
    )
    lab.tpdl("run", "features", "total")
    assert (lab.root / "figures/features.npz.record.json").exists()
    product = lab.root / ".tpdl/full/local/features.npz"
    product.write_bytes(b"half of it")
    assert lab.states("features")["features"].startswith("fresh: as recorded"), "and not an edited product"
    lab.edit("experiments/big.py", "factor: int = 1", "factor: int = 3")
    lab.tpdl("run", "total")
    assert json.loads((lab.root / "figures/total.json").read_text()) == {"sum": 9.0}, "it was made again"
    product.unlink()
    assert lab.states("features", "total") == {
        "features": "fresh: as recorded; the file itself is made again when a step needs it",
        "total": "fresh",
    }
    assert "nothing to run" in lab.tpdl("run", "total")
    lab.edit("experiments/big.py", "factor: int = 3", "factor: int = 2")
    lab.tpdl("run", "total")
    assert product.exists() and json.loads((lab.root / "figures/total.json").read_text()) == {"sum": 6.0}


def test_a_picture_of_arrays_that_are_not_here_says_how_to_make_them(lab):
    lab.write(
        "experiments/sheet.py",
        """
        import numpy as np

        from tpdl import Arrays, experiment, figure

        @experiment(local=True)
        def sheet() -> Arrays:
            return {"x": np.arange(3.0)}

        @figure(sheet)
        def sheet_picture(arrays):
            from matplotlib.figure import Figure

            picture = Figure()
            picture.subplots().plot(arrays["x"])
            return picture
        """,
    )
    lab.tpdl("run", "sheet")
    (lab.root / ".tpdl/full/local/sheet.npz").unlink()
    assert "arrays of sheet are not here; `tpdl run --force sheet.svg` makes them" in lab.tpdl(
        "figure", "sheet", code=1
    )
    assert "done    sheet.svg" in lab.tpdl("run", "--force", "sheet.svg")
    assert "done    sheet.svg" in lab.tpdl("figure", "sheet")


def test_pictures_of_arrays_are_drawn_in_two_processes_that_share_no_file(lab):
    lab.write(
        "experiments/sheet.py",
        """
        import numpy as np

        from tpdl import Arrays, experiment, figure

        @experiment()
        def sheet() -> Arrays:
            return {str(i): np.full(20_000, float(i)) for i in range(200)}

        @figure(sheet, format="png")
        def sheet_picture(arrays):
            from matplotlib.figure import Figure

            picture = Figure()
            picture.subplots().plot([arrays[str(i)].mean() for i in range(200)])
            return picture
        """,
    )
    for _ in range(3):
        lab.tpdl("run", "sheet", "--force")


def test_demo_profile_keeps_to_itself(fresh):
    fresh.tpdl("run", "--demo")
    assert (fresh.root / ".tpdl/demo/figures/toy/curve/network=tiny.csv").read_text().count("\n") == 4
    assert fresh.not_fresh() == {}


CELLS = """
import numpy as np

from tpdl import Arrays, experiment


@experiment(matrix={"seed": [0, 1]}, demo={"seed": [0]}, local=True)
def arrays(seed: int) -> Arrays:
    return {"x": np.full(3, 1 + seed)}


@experiment(matrix={"seed": [0, 1]}, demo={"seed": [0]})
def numbers(seed: int) -> dict:
    return {"x": seed}


@experiment(inputs={"given": arrays, "table": numbers})
def all_cells(given: dict, table) -> dict:
    return {"cells": list(given), "rows": len(table), "columns": list(table.columns)}


@experiment(inputs={"given": arrays})
def first_cell(given: Arrays, seed: int = 0) -> dict:
    return {"sum": int(given["x"].sum())}
"""


def test_a_step_gets_the_same_kind_of_input_however_many_cells_there_are(lab):
    lab.write("experiments/cells.py", CELLS)
    for folder, arguments, cells in (("figures", (), 2), (".tpdl/demo/figures", ("--demo",), 1)):
        lab.tpdl("run", "all-cells", "first-cell", "--executor", "inline", *arguments)
        (found,) = (json.loads(path.read_text()) for path in (lab.root / folder).rglob("all-cells.json"))
        assert found == {"cells": [f"seed={i}" for i in range(cells)], "rows": cells, "columns": ["seed", "x"]}
        (found,) = (json.loads(path.read_text()) for path in (lab.root / folder).rglob("first-cell.json"))
        assert found == {"sum": 3}


def test_stand_ins_decide_nothing_in_the_full_profile(lab):
    lab.write("pyproject.toml", '[tool.tpdl]\ndemo_only = ["helpers.drawn"]\n')
    lab.write("helpers/drawn.py", "def numbers():\n    return [1, 2]\n")
    lab.write(
        "experiments/either.py",
        """
        from tpdl import experiment, profile

        @experiment()
        def either() -> dict:
            from helpers import drawn

            return {"n": len(drawn.numbers()) if profile() == "demo" else 7}
        """,
    )
    lab.tpdl("run", "either")
    lab.tpdl("run", "either", "--demo")
    lab.edit("helpers/drawn.py", "[1, 2]", "[1, 2, 3]")
    assert lab.states("either") == {"either": "fresh"}
    assert "code helpers.drawn:numbers changed" in lab.tpdl("status", "either", "--demo", code=1)


def test_data_count_by_content_and_are_taken_as_recorded_when_absent(lab):
    lab.write("pyproject.toml", '[tool.tpdl]\ncatalogue = "catalogue"\n')
    lab.write(
        "catalogue.py",
        """
        from pathlib import Path

        def names():
            return ["numbers"]

        def resolve(name, root):
            path = Path(root) / "numbers.txt"
            return [path] if path.exists() else []

        def describe(name, root):
            return f"{name}: 1 kB; write it yourself"

        def fetch(name, root):
            raise NotImplementedError
        """,
    )
    lab.write(
        "experiments/reader.py",
        """
        import os
        from pathlib import Path

        from tpdl import experiment

        @experiment(data=["numbers"])
        def reader() -> dict:
            return {"n": len(Path(os.environ["TPDL_DATA"], "numbers.txt").read_text())}
        """,
    )
    data = lab.root / "data"
    assert lab.states("reader")["reader"] == "missing: data not on this machine: numbers: 1 kB; write it yourself"
    lab.write("data/numbers.txt", "123")
    lab.tpdl("run", "reader", TPDL_DATA=str(data))
    assert lab.states("reader") == {"reader": "fresh"}, "not on this machine: as recorded"
    lab.write("data/numbers.txt", "124")
    assert "data numbers changed" in lab.tpdl("--data", str(data), "status", "reader", code=1)


def test_tracing_finds_what_the_source_does_not_show(fresh):
    assert "does not know" not in fresh.tpdl("run", "--force", "--trace", "toy")
    fresh.edit("experiments/toy/curve.py", "square(x) for", 'import_module("helpers." + "maths").cube(x) for')
    fresh.edit("experiments/toy/curve.py", "from helpers.maths import square", "from importlib import import_module")
    said = fresh.tpdl("run", "--trace", CELL, code=1)
    assert f"{CELL} executed what its fingerprint does not know: helpers.maths:cube" in said.replace("\n", " ")
    fresh.edit("experiments/toy/curve.py", "@experiment(", '@experiment(uses=["helpers.maths:cube"], ')
    assert "does not know" not in fresh.tpdl("run", "--force", "--trace", CELL)


def test_tracing_passes_over_what_names_the_device(fresh):
    fresh.write("helpers/device.py", "def name():\n    return 'a machine'\n")
    fresh.write("pyproject.toml", "[tool.tpdl]\ndevice = 'helpers.device:name'\n")
    fresh.edit("helpers/maths.py", "x * x", "x * x + 1")
    assert "does not know" not in fresh.tpdl("run", "--trace", CELL)
    assert json.loads((fresh.root / RECORD).read_text())["happened"]["device"] == "a machine"


def test_a_mistake_in_what_names_the_device_loses_no_result(fresh):
    fresh.write("pyproject.toml", "[tool.tpdl]\ndevice = 'helpers.maths:nothing'\n")
    fresh.edit("helpers/maths.py", "x * x", "x * x + 1")
    fresh.tpdl("run", CELL)
    assert "unknown (AttributeError: " in json.loads((fresh.root / RECORD).read_text())["happened"]["device"]


def test_products_that_were_edited_are_set_aside_before_they_are_replaced(fresh):
    edited = [fresh.root / f"figures/toy/curve/network={network}.csv" for network in ("small", "large")]
    for path in edited:
        path.write_text("somebody's work\n")
    said = fresh.tpdl("run", "--executor", "inline", "toy")
    kept = sorted((fresh.root / ".tpdl/kept").iterdir())
    assert [path.name.partition("-")[2] for path in kept] == ["network=large.csv", "network=small.csv"]
    assert {path.read_text() for path in kept} == {"somebody's work\n"}
    assert all(path.name in said for path in kept) and fresh.not_fresh() == {}


def test_no_progress_is_left_of_a_step_that_has_ended(fresh):
    fresh.edit(
        "experiments/toy/curve.py",
        "from tpdl import experiment, figure",
        "from tpdl import experiment, figure, progress",
    )
    fresh.edit("experiments/toy/curve.py", "for x in range(n)]})", "for x in progress(range(n))]})")
    fresh.tpdl("run", "toy")
    assert [path for path in (fresh.root / ".tpdl/full/progress").rglob("*") if path.is_file()] == []


def test_status_is_quick_once_warm(fresh):
    fresh.tpdl("status")
    start = time.perf_counter()
    fresh.tpdl("status")
    assert time.perf_counter() - start < 2, "a generous bound; benchmarks/ measures"


def test_an_opaque_picture_loses_its_alpha_channel_and_nothing_else():
    from PIL import Image

    from tpdl.run.pictures import smaller_png

    for alpha, mode in ((255, "RGB"), (254, "RGBA")):
        image = Image.merge("RGB", [Image.effect_noise((40, 30), 60) for _ in range(3)]).convert("RGBA")
        image.putpixel((3, 4), (1, 2, 3, alpha))
        buffer = io.BytesIO()
        image.save(buffer, "PNG", dpi=(150, 150))
        found = Image.open(io.BytesIO(smaller_png(buffer.getvalue())))
        assert found.mode == mode and found.convert("RGBA").tobytes() == image.tobytes()
        assert [round(value) for value in found.info["dpi"]] == [150, 150]


def test_a_picture_of_few_colours_has_a_palette_and_looks_the_same():
    from PIL import Image, ImageChops

    from tpdl.run.pictures import INVISIBLE, smaller_png

    digits = Image.effect_noise((200, 150), 120).convert("RGB")
    digits.paste((213, 94, 0), (0, 0, 40, 20))  # a word in colour
    buffer = io.BytesIO()
    digits.convert("RGBA").save(buffer, "PNG", dpi=(150, 150))
    small = smaller_png(buffer.getvalue())
    found = Image.open(io.BytesIO(small))
    assert found.mode == "P" and len(small) < 0.7 * len(buffer.getvalue())
    assert [round(value) for value in found.info["dpi"]] == [150, 150]
    changes = ImageChops.difference(found.convert("RGB"), digits)
    assert max(most for _, most in changes.getextrema()) <= INVISIBLE
    assert changes.getpixel((3, 4)) == (0, 0, 0)


def test_an_svg_keeps_its_letters_and_hundredths_of_a_point():
    from tpdl.run.pictures import smaller_svg

    letter = b'<g transform="translate(1.2345 -0.0001) scale(0.015625)">\n  <path d="M 1234567.891 2.5"/>\n</g>'
    assert (
        smaller_svg(letter) == b'<g transform="translate(1.23 0) scale(0.015625)">\n<path d="M 1234567.89 2.5"/>\n</g>'
    )
