"""What a step really opens, looks for, lists, imports and starts counts: each reader, in a project, by the command."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.conftest import Lab, wait_for


def experiment(lab: Lab, body: str, arguments: str = "", above: str = "") -> None:
    """Write an experiment `read` whose body is given."""
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    lab.write(
        "experiments/read.py",
        f"{above}\nfrom tpdl import experiment\n\n\n@experiment({arguments})\ndef read() -> dict:\n{lines}\n",
    )


def state(lab: Lab) -> str:
    """What `tpdl status` says of the experiment."""
    return lab.states("read")["read"]


def observed(lab: Lab) -> dict[str, str | None]:
    """What its record says of what it has read."""
    found: dict[str, str | None] = json.loads((lab.root / "figures/read.json.record.json").read_text()).get("observed", {})
    return found


def warnings(lab: Lab) -> list[str]:
    """What its record says that was not watched."""
    happened = json.loads((lab.root / "figures/read.json.record.json").read_text())["happened"]
    found: list[str] = happened.get("warnings", [])
    return found


def numbers(lab: Lab, *values: int) -> None:
    import numpy as np

    np.save(lab.root / "x.npy", np.array(values))


def raw(lab: Lab, *values: int) -> None:
    import numpy as np

    np.array(values).tofile(lab.root / "x.bin")


def picture(lab: Lab, *values: int) -> None:
    from PIL import Image

    Image.new("RGB", (2, 2), (sum(values), 0, 0)).save(lab.root / "x.png")


def tensor(lab: Lab, *values: int) -> None:
    torch = pytest.importorskip("torch")
    torch.save(torch.tensor(values), lab.root / "x.pt")


def database(lab: Lab, *values: int) -> None:
    with sqlite3.connect(lab.root / "x.db") as connection:
        connection.execute("create table if not exists x (n int)")
        connection.execute("delete from x")
        connection.executemany("insert into x values (?)", [(value,) for value in values])
    connection.close()


def text(name: str, form: str = "{}\n") -> Callable[..., None]:
    def write(lab: Lab, *values: int) -> None:
        lab.write(name, form.format(sum(values)))

    return write


@dataclass(frozen=True)
class Case:
    """A way to read something, and how that is written."""

    name: str
    write: Callable[..., None]
    body: str
    reason: str
    above: str = ""


PLUG = text("plugs/plug.py", "def f():\n    return {}\n")
CASES = [
    Case("open", text("x.txt"), 'return {"x": open("x.txt").read()}', "file x.txt changed"),
    Case(
        "read_csv",
        text("x.csv", "n\n{}\n"),
        'import pandas as pd\nreturn {"x": int(pd.read_csv("x.csv")["n"].sum())}',
        "file x.csv changed",
    ),
    Case("np.load", numbers, 'import numpy as np\nreturn {"x": int(np.load("x.npy").sum())}', "file x.npy changed"),
    Case(
        "np.load, mapped",
        numbers,
        'import numpy as np\nreturn {"x": int(np.load("x.npy", mmap_mode="r").sum())}',
        "file x.npy changed",
    ),
    Case(
        "np.fromfile",
        raw,
        'import numpy as np\nreturn {"x": int(np.fromfile("x.bin", dtype=int).sum())}',
        "file x.bin changed",
    ),
    Case(
        "Pillow",
        picture,
        'from PIL import Image\nreturn {"x": Image.open("x.png").getpixel((0, 0))[0]}',
        "file x.png changed",
    ),
    Case("torch.load", tensor, 'import torch\nreturn {"x": int(torch.load("x.pt").sum())}', "file x.pt changed"),
    Case(
        "a template",
        text("templates/x.txt", "{{{{ n }}}} {}\n"),
        "import jinja2\n"
        'environment = jinja2.Environment(loader=jinja2.FileSystemLoader("templates"))\n'
        'return {"x": environment.get_template("x.txt").render(n=1)}',
        "file templates/x.txt changed",
    ),
    Case(
        "YAML beside the module",
        text("experiments/x.yaml", "n: {}\n"),
        "import yaml\nfrom pathlib import Path\n"
        'return {"x": yaml.safe_load((Path(__file__).parent / "x.yaml").read_text())}',
        "file experiments/x.yaml changed",
    ),
    Case(
        "a resource of a package",
        text("helpers/x.txt"),
        'import pkgutil\nreturn {"x": pkgutil.get_data("help" + "ers", "x.txt").decode()}',
        "file helpers/x.txt changed",
    ),
    Case(
        "sqlite3",
        database,
        "import sqlite3\nconnection = sqlite3.connect('x.db')\n"
        'found = connection.execute("select sum(n) from x").fetchone()[0]\nconnection.close()\nreturn {"x": found}',
        "file x.db changed",
    ),
    Case(
        "import_module",
        PLUG,
        'import importlib\nreturn {"x": importlib.import_module(".".join(["plugs", "plug"])).f()}',
        "module plugs.plug changed (imported while it ran)",
    ),
    Case(
        "import_module of a module that is imported anyway",
        text("helpers/maths.py", "def square(x):\n    return x\n\n\ndef cube(x):\n    return {}\n"),
        "import importlib\nfrom helpers import maths\n"
        'name = "helpers." + "maths"\nreturn {"x": maths.square(1) + importlib.import_module(name).cube(1)}',
        "module helpers.maths changed (imported while it ran)",
    ),
    Case(
        "pkgutil",
        PLUG,
        "import importlib, pkgutil\n"
        'names = [found.name for found in pkgutil.iter_modules(["plugs"])]\n'
        'return {"x": [importlib.import_module("plugs." + name).f() for name in names]}',
        "module plugs.plug changed (imported while it ran)",
    ),
    Case(
        "runpy of a file",
        PLUG,
        'import runpy\nreturn {"x": runpy.run_path("plugs/plug.py")["f"]()}',
        "module plugs.plug changed (imported while it ran)",
    ),
    Case(
        "runpy of a module",
        PLUG,
        'import runpy\nreturn {"x": runpy.run_module("plugs" + ".plug")["f"]()}',
        "module plugs.plug changed (imported while it ran)",
    ),
    Case(
        "spec_from_file_location",
        PLUG,
        "import importlib.util\n"
        'spec = importlib.util.spec_from_file_location("any", "plugs/plug.py")\n'
        "module = importlib.util.module_from_spec(spec)\nspec.loader.exec_module(module)\n"
        'return {"x": module.f()}',
        "module plugs.plug changed (imported while it ran)",
    ),
    Case(
        "exec of a file's text",
        PLUG,
        'names = {}\nexec(open("plugs/plug.py").read(), names)\nreturn {"x": names["f"]()}',
        "file plugs/plug.py changed",
    ),
    Case(
        "a lazy import through global",
        PLUG,
        'load()\nreturn {"x": plug.f()}',
        "plugs.plug",
        above="plug = None\n\n\ndef load():\n    global plug\n    from plugs import plug as found\n    plug = found\n",
    ),
    Case(
        "a src/ layout",
        text("src/package/inner.py", "def f():\n    return {}\n"),
        'import sys\nsys.path.insert(0, "src")\nfrom package.inner import f\nreturn {"x": f()}',
        "module src.package.inner changed (imported while it ran)",
    ),
    Case(
        "a module beside the script",
        text("experiments/beside.py", "def f():\n    return {}\n"),
        "import os, sys\nsys.path.insert(0, os.path.dirname(__file__))\nfrom beside import f\nreturn {'x': f()}",
        "module experiments.beside changed (imported while it ran)",
    ),
]


@pytest.mark.parametrize("how", ["process", "inline"])
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_what_is_read_counts(lab, case, how):
    case.write(lab, 1, 2)
    experiment(lab, case.body, above=case.above)
    lab.tpdl("run", "read", "--executor", how)
    assert state(lab) == "fresh"
    lab.tpdl("run", "read", "--executor", how, "--force")
    assert state(lab) == "fresh"
    case.write(lab, 1, 3)
    found = state(lab)
    assert found.startswith("stale") and case.reason in found
    lab.tpdl("run", "read", "--executor", how)
    assert state(lab) == "fresh"
    case.write(lab, 1, 2)
    assert state(lab).startswith("stale")
