"""What a step really opens, looks for, lists, imports and starts counts: each reader, in a project, by the command."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.conftest import Lab, wait_for


def experiment(lab: Lab, body: str, arguments: str = "", above: str = "", name: str = "read") -> None:
    """Write an experiment whose body is given."""
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    lab.write(
        f"experiments/{name}.py",
        f"{above}\nfrom tpdl import experiment\n\n\n@experiment({arguments})\ndef {name}() -> dict:\n{lines}\n",
    )


def state(lab: Lab) -> str:
    """What `tpdl status` says of the experiment."""
    return lab.states("read")["read"]


def observed(lab: Lab) -> dict[str, str | None]:
    """What its record says of what it has read."""
    found: dict[str, str | None] = json.loads((lab.root / "figures/read.json.record.json").read_text()).get(
        "observed", {}
    )
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


@pytest.fixture(scope="module", params=["process", "inline"])
def verdicts(request, tmp_path_factory) -> list[dict[str, str]]:
    """What `tpdl status` says of all cases: after two runs, after an edit of every file, and after a third run."""
    lab = Lab(tmp_path_factory.mktemp("cases"))
    for number, case in enumerate(CASES):
        case.write(lab, 1, 2)
        experiment(lab, case.body, above=case.above, name=f"case_{number}")
    lab.tpdl("run", "case-*", "--executor", request.param)
    lab.tpdl("run", "case-*", "--executor", request.param, "--force")
    found = [lab.states("case-*")]
    for case in CASES:
        case.write(lab, 1, 3)
    found.append(lab.states("case-*"))
    lab.tpdl("run", "case-*", "--executor", request.param)
    return [*found, lab.states("case-*")]


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.name for case in CASES])
def test_what_is_read_counts(verdicts, number):
    before, edited, after = (states[f"case-{number}"] for states in verdicts)
    assert before == "fresh"
    assert edited.startswith("stale") and CASES[number].reason in edited
    assert after == "fresh"


SHARED = """
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).parent
SCALE = int((HERE / "scale.txt").read_text())
try:
    OFFSET = int((HERE / "offset.txt").read_text())
except FileNotFoundError:
    OFFSET = 0


@lru_cache
def table():
    return int((HERE / "table.txt").read_text())


def unused():
    return int((HERE / "unused.txt").read_text())
"""


@pytest.mark.parametrize("executor", ["process", "inline"])
def test_what_an_import_or_a_cached_function_has_read_counts_for_all_steps(lab, executor):
    lab.write("helpers/shared.py", SHARED)
    for name in ("scale", "table", "unused"):
        lab.write(f"helpers/{name}.txt", "1")
    lab.write("plugs/plug.py", "N = 1\n")
    plug = "import sys\nsys.path.insert(0, 'plugs')\nimport plug\n"
    body = 'return {"x": shared.SCALE + shared.OFFSET + shared.table()'
    above = "from helpers import shared"
    experiment(lab, f"{plug}{body} + shared.unused() + plug.N}}", above=above, name="read_first")
    experiment(lab, f"{plug}{body} + plug.N}}", above=above, name="read_second")
    experiment(lab, 'return {"x": 1}', name="read_third")
    lab.tpdl("run", "read-*", "--executor", executor)
    assert {*lab.states("read-*").values()} == {"fresh"}
    for path, number in {
        "helpers/scale.txt": 2,
        "helpers/offset.txt": 2,
        "helpers/table.txt": 2,
        "plugs/plug.py": 2,
        "helpers/unused.txt": 1,
    }.items():
        file = lab.root / path
        before = file.read_text() if file.exists() else None
        lab.write(path, "N = 2\n" if path.endswith(".py") else "2")
        states = lab.states("read-*")
        stale = [name for name, said in states.items() if said.startswith("stale")]
        assert stale == ["read-first", "read-second"][:number], path
        file.unlink() if before is None else file.write_text(before)


def test_cells_that_run_in_one_process_do_not_share_what_their_function_reads(lab):
    lab.write("1.txt", "1")
    lab.write("2.txt", "1")
    lab.write(
        "experiments/read.py",
        """
        from tpdl import experiment


        @experiment(matrix={"n": [1, 2]})
        def read(n: int) -> dict:
            return {"x": int(open(f"{n}.txt").read())}
        """,
    )
    lab.tpdl("run", "read", "--inline")
    lab.write("1.txt", "2")
    assert [said.partition(":")[0] for said in lab.states("read").values()][:2] == ["stale", "fresh"]


def test_what_was_looked_for_and_appears(lab):
    experiment(
        lab,
        """
try:
    return {"x": open("local.yaml").read()}
except FileNotFoundError:
    pass
try:
    import local_plug
except ImportError:
    return {"x": None}
return {"x": local_plug.f()}
""",
    )
    lab.tpdl("run", "read")
    assert state(lab) == "fresh"
    assert observed(lab) == {"local.yaml": None, "local_plug": None, "local_plug.py": None}
    lab.write("local.yaml", "1")
    assert state(lab) == "stale: file local.yaml appeared"
    (lab.root / "local.yaml").unlink()
    assert state(lab) == "fresh"
    lab.write("local_plug.py", "def f():\n    return 1\n")
    assert state(lab).startswith("stale")


ADDED = "import importlib, os, sys\nfor name in ('first', 'second'):\n    sys.path.insert(0, os.path.abspath(name))\n"


@pytest.mark.parametrize("statement", ["import quick", 'quick = importlib.import_module("qui" + "ck")'])
@pytest.mark.parametrize("executor", ["process", "inline"])
def test_a_module_that_appears_in_a_folder_on_the_path(lab, statement, executor):
    experiment(
        lab, f'{ADDED}try:\n    {statement}\nexcept ImportError:\n    return {{"x": 0}}\nreturn {{"x": quick.N}}'
    )
    for folder in ("second", "first"):
        lab.write(f"{folder}/other.py", "")
    lab.tpdl("run", "read", "--executor", executor)
    assert state(lab) == "fresh"
    for folder, value in (("first", 1), ("second", 2)):  # the one that was added last comes first
        lab.write(f"{folder}/quick.py", f"N = {value}\n")
        assert state(lab) == f"stale: file {folder}/quick.py appeared"
        lab.tpdl("run", "read", "--executor", executor)
        assert state(lab) == "fresh" and json.loads((lab.root / "figures/read.json").read_text()) == {"x": value}


def test_modules_of_libraries_leave_no_trace_in_the_projects_folder(lab):
    experiment(lab, 'import pandas, jinja2, sqlite3, math\nreturn {"x": 1}')
    lab.tpdl("run", "read")
    assert observed(lab) == {} and state(lab) == "fresh"


@pytest.mark.skipif(sys.platform == "win32", reason="opens no folders")
def test_a_file_that_is_opened_in_a_folder_that_is_open(lab):
    lab.write("tables/x.csv", "1")
    experiment(
        lab,
        """
import os
folder = os.open("tables", os.O_RDONLY)
try:
    os.open("y.csv", os.O_RDONLY, dir_fd=folder)
except FileNotFoundError:
    pass
return {"x": os.read(os.open("x.csv", os.O_RDONLY, dir_fd=folder), 9).decode()}
""",
    )
    lab.tpdl("run", "read")
    assert state(lab) == "fresh"
    lab.write("tables/x.csv", "2")
    assert state(lab) == "stale: file tables/x.csv changed"
    lab.write("tables/x.csv", "1")
    lab.write("tables/y.csv", "1")
    assert state(lab) == "stale: file tables/y.csv appeared"


@pytest.mark.skipif(sys.platform == "win32", reason="makes links")
@pytest.mark.parametrize(
    "line", ["os.link('x.csv', new)", "os.symlink(os.path.abspath('x.csv'), new)", "os.rename('x.csv', new)"]
)
def test_a_file_that_is_read_under_another_name(lab, tmp_path_factory, line):
    lab.write("x.csv", "1")
    new = str(tmp_path_factory.mktemp("elsewhere") / "x.csv")
    experiment(lab, f'import os\nnew = {new!r}\n{line}\nreturn {{"x": open(new).read()}}')
    lab.tpdl("run", "read", code=None)
    assert [*observed(lab)] == ["x.csv"]
    lab.write("x.csv", "2")
    assert state(lab) == "stale: file x.csv changed"


def test_links_within_the_project_and_files_that_the_step_has_made(lab):
    lab.write("x.csv", "1")
    experiment(
        lab,
        """
import os, tempfile
for name in ("y.csv", "z.csv", "a.csv"):
    if os.path.lexists(name):
        os.remove(name)
os.symlink("x.csv", "y.csv")
open("z.csv", "w").write("1")
os.symlink("nowhere", "a.csv")
os.rename("z.csv", os.path.join(tempfile.mkdtemp(dir="/tmp"), "z.csv"))
return {"x": open("y.csv").read()}
""",
    )
    lab.tpdl("run", "read")
    assert observed(lab).keys() == {"x.csv"} and warnings(lab) == [] and state(lab) == "fresh"


def test_a_folder_that_was_listed(lab):
    lab.write("data/a.csv", "1")
    experiment(lab, 'from glob import glob\nreturn {"x": len(glob("data/*.csv"))}')
    lab.tpdl("run", "read")
    assert list(observed(lab)) == ["data/"] and state(lab) == "fresh"
    lab.write("data/a.csv", "2")
    assert state(lab) == "fresh", "its content was not read"
    lab.write("data/b.csv", "1")
    assert state(lab) == "stale: folder data/ has another list of files"
    lab.tpdl("run", "read")
    (lab.root / "data/a.csv").unlink()
    assert state(lab) == "stale: folder data/ has another list of files"


def test_a_folder_that_tpdl_writes_to_is_listed_without_what_it_wrote(lab):
    experiment(lab, 'import os\nreturn {"x": sorted(name for name in os.listdir() if name[0] == "e")}')
    lab.tpdl("run", "read")
    assert state(lab) == "fresh"
    lab.tpdl("run")
    assert state(lab) == "fresh"


def test_many_files_of_one_folder_are_one_entry(lab):
    for number in range(150):
        lab.write(f"data/{number}.txt", "1")
    experiment(lab, 'return {"x": sum(int(open(f"data/{n}.txt").read()) for n in range(150))}')
    lab.tpdl("run", "read")
    assert list(observed(lab)) == ["data/*"] and state(lab) == "fresh"
    lab.write("data/7.txt", "2")
    assert state(lab) == "stale: folder data/ has other files, or other contents"


def test_links_and_folders_outside_of_the_project(lab, tmp_path_factory):
    linked, added = tmp_path_factory.mktemp("linked"), tmp_path_factory.mktemp("added")
    (linked / "x.txt").write_text("1")
    (added / "outside.py").write_text("def f():\n    return 1\n")
    (lab.root / "shared").symlink_to(linked)
    experiment(
        lab,
        f"""
import sys
import time
from pathlib import Path
sys.path.append({str(added)!r})
import outside
return {{"x": [Path("shared/x.txt").resolve().read_text(), outside.f()]}}
""",
    )
    lab.tpdl("run", "read")
    assert state(lab) == "fresh"
    assert "shared/x.txt" in observed(lab)
    (linked / "x.txt").write_text("2")
    assert state(lab) == "stale: file shared/x.txt changed"
    (linked / "x.txt").write_text("1")
    (added / "outside.py").write_text("def f():\n    return 2\n")
    assert "outside.py changed (imported while it ran)" in state(lab)
    (added / "outside.py").unlink()
    assert state(lab) == "fresh", "not on this machine: as recorded"


WORKERS = """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor


def lines(name):
    return len(open(name).read().split())


def one(method, name):
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(method)) as pool:
        return pool.submit(lines, name).result()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no fork")
def test_python_processes_that_a_step_starts(lab):
    methods = ("fork", "spawn", "forkserver")
    for name in (*methods, "script"):
        lab.write(f"{name}.txt", "1")
    lab.write("tools/script.py", 'import tools.more\nprint(len(open("script.txt").read().split()))\n')
    lab.write("tools/more.py", "")
    experiment(
        lab,
        f"""
import subprocess, sys
found = [one(method, f"{{method}}.txt") for method in {methods}]
script = subprocess.run([sys.executable, "-m", "tools.script"], capture_output=True, text=True, check=True)
return {{"x": [*found, int(script.stdout)]}}
""",
        above=WORKERS,
    )
    lab.tpdl("run", "read")
    expected = {*(f"{name}.txt" for name in (*methods, "script")), "tools/script.py", "tools/more.py"}
    assert {*observed(lab)} == expected and warnings(lab) == [] and state(lab) == "fresh"
    for name in expected:
        before = (lab.root / name).read_text()
        lab.write(name, "1\n2\n" + before)
        assert name.removesuffix(".py").replace("/", ".") in state(lab).replace("/", ".")
        (lab.root / name).write_text(before)
    assert not [*(lab.root / ".tpdl/full/observed").glob("*")], "nothing is left"


RUN = 'subprocess.run([sys.executable, "script.py"], check=True, capture_output=True'


@pytest.mark.skipif(sys.platform == "win32", reason="inherits in another way")
@pytest.mark.parametrize(
    ("lines", "is_watched"),
    [
        (f'{RUN}, env={{**os.environ, "PYTHONPATH": "src"}})', False),
        (f'env = dict(os.environ)\nenv.pop("PYTHONPATH")\n{RUN}, env=env)', False),
        (f'os.environ["PYTHONPATH"] = "src"\n{RUN}, env=os.environ.copy())', False),
        (f'env = {{**os.environ, "PYTHONPATH": "src:" + os.environ["PYTHONPATH"]}}\n{RUN}, env=env)', True),
        (f'os.environ["PYTHONPATH"] = "src"\n{RUN})', True),
        (f'os.environ.pop("PYTHONPATH")\n{RUN})', True),
        (f"os.environ.clear()\n{RUN})", True),
        ('os.environ["PYTHONPATH"] = "src"\none("spawn", "x.txt")', True),
    ],
)
def test_a_python_process_with_another_path(lab, lines, is_watched):
    lab.write("x.txt", "1")
    lab.write("script.py", 'open("x.txt").read()\n')
    experiment(lab, f'import os, subprocess, sys\n{lines}\nreturn {{"x": 1}}', above=WORKERS)
    lab.tpdl("run", "read")
    assert ("x.txt" in observed(lab)) == is_watched
    assert any("without the environment of the step" in line for line in warnings(lab)) != is_watched


@pytest.mark.skipif(sys.platform == "win32", reason="runs a program of Unix")
def test_other_programs_are_said(lab):
    lab.write("x.txt", "1")
    experiment(
        lab, 'import subprocess\nreturn {"x": subprocess.run(["cat", "x.txt"], capture_output=True).stdout.decode()}'
    )
    warning = "started `cat`; what it read was not watched; declare it with files=[…]"
    assert warning in lab.tpdl("run", "read")
    assert warnings(lab) == [warning] and observed(lab) == {}
    assert warning in lab.tpdl("why", "read")
    experiment(lab, 'import os\nreturn {"x": os.system("true")}', 'files=["x.txt"]')
    lab.tpdl("run", "read")
    lab.write("x.txt", "2")
    assert state(lab) == "stale: file x.txt changed"


def test_a_file_that_changes_while_the_step_runs(lab):
    lab.write("x.txt", "1")
    experiment(
        lab,
        """
import time
from pathlib import Path
with open("x.txt") as file:
    Path(".tpdl/started").touch()
    while not Path(".tpdl/edited").exists():
        time.sleep(0.02)
    return {"x": file.read()}
""",
    )
    process = lab.popen("run", "read")
    wait_for((lab.root / ".tpdl/started").exists)
    lab.write("x.txt", "2")
    (lab.root / ".tpdl/edited").touch()
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1 and "1 out of date again" in said
    assert state(lab) == "stale: a file that it read changed while it ran: x.txt"
    lab.write("x.txt", "1")
    assert state(lab).startswith("stale"), "it may have read either"
    lab.tpdl("run", "read")
    assert state(lab) == "fresh"


def test_what_a_step_writes_itself_does_not_count(lab):
    experiment(
        lab,
        """
import os, shutil, tempfile
from pathlib import Path
Path("cache.txt").write_text("1")
os.makedirs("scratch/deep")
Path("scratch/deep/x.txt").write_text("1")
with open("half.tmp", "w") as file:
    file.write("1")
os.replace("half.tmp", "whole.txt")
try:
    open("later.txt")
except FileNotFoundError:
    Path("later.txt").write_text("1")
found = [Path(name).read_text() for name in ("cache.txt", "scratch/deep/x.txt", "whole.txt", "later.txt")]
shutil.rmtree("scratch")
with tempfile.TemporaryDirectory() as folder:
    Path(folder, "x").write_text("1")
    found.append(Path(folder, "x").read_text())
return {"x": found}
""",
    )
    lab.tpdl("run", "read")
    assert observed(lab) == {} and state(lab) == "fresh" and warnings(lab) == []
    lab.write("cache.txt", "2")
    assert state(lab) == "fresh"


def test_a_file_that_a_step_reads_and_then_changes_itself_is_said(lab):
    lab.write("count.txt", "1")
    experiment(
        lab,
        """
from pathlib import Path
count = int(Path("count.txt").read_text())
Path("count.txt").write_text(str(count + 1))
return {"x": count}
""",
    )
    assert "has changed `count.txt` after it had read it" in lab.tpdl("run", "read")
    assert state(lab) == "stale: file count.txt changed"


def test_a_result_of_another_step_that_is_read_by_its_path(lab):
    lab.tpdl("run", "toy/curve")
    experiment(lab, 'return {"x": len(open("figures/toy/curve.csv").read())}')
    said = lab.tpdl("run", "read")
    assert "read `figures/toy/curve.csv (toy/curve)` by its path, the result of another step; declare it" in said
    assert "inputs={…}" in said and state(lab) == "fresh"
    lab.edit("helpers/maths.py", "x * x", "x * x + 1")
    lab.tpdl("run", "toy/curve")
    assert state(lab) == "stale: file figures/toy/curve.csv changed"


@pytest.mark.parametrize("executor", ["process", "inline"])
def test_harmless_edits_stay_harmless(fresh, executor):
    fresh.tpdl("run", "--force", "toy", "--executor", executor)
    for path in (fresh.root / "figures").rglob("*.record.json"):
        assert "observed" not in json.loads(path.read_text())
    fresh.edit("helpers/maths.py", "    return x * x\n", "    # the area\n    return x * x\n")
    fresh.edit("helpers/maths.py", "x ** 3", "x ** 4")
    assert fresh.not_fresh() == {}


def test_comments_of_a_module_that_nobody_foresaw(lab):
    lab.write("plug.py", "def f():\n    return 1\n")
    experiment(lab, 'import importlib\nreturn {"x": importlib.import_module("pl" + "ug").f()}')
    lab.tpdl("run", "read")
    lab.write("plug.py", "# A comment.\ndef f():\n    return (1)\n")
    assert state(lab) == "fresh"


def test_a_changed_file_can_be_accepted_and_is_shown(lab):
    lab.write("x.txt", "1")
    experiment(lab, 'return {"x": len(open("x.txt").read())}')
    lab.tpdl("run", "read")
    assert "read       1 while it ran: x.txt" in lab.tpdl("why", "read")
    lab.write("x.txt", "2")
    assert "file x.txt changed" in lab.tpdl("run", "--dry-run", "read")
    assert "file x.txt changed" in lab.tpdl("accept", "read")
    assert state(lab) == "fresh"


def test_files_that_are_declared(lab):
    lab.write("data/a.csv", "1")
    experiment(lab, 'return {"x": 1}', 'files=["data/*.csv"]')
    lab.tpdl("run", "read")
    assert state(lab) == "fresh"
    lab.write("data/a.csv", "2")
    assert state(lab) == "stale: file data/a.csv changed"
    lab.write("data/a.csv", "1")
    lab.write("data/b.csv", "1")
    assert state(lab) == "stale: file data/b.csv is new"
    (lab.root / "data/b.csv").unlink()
    lab.write("data/b.txt", "1")
    assert state(lab) == "fresh"
    (lab.root / "data/a.csv").unlink()
    assert "is gone" in lab.tpdl("why", "read")


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("../x.csv", "leads out of the project"),
        ("/etc/passwd", "leads out of the project"),
        ("data/*.cvs", "nothing matches 'data/*.cvs'; did you mean `data/a.csv`?"),
        ("date/a.csv", "nothing matches 'date/a.csv'; did you mean `data`?"),
    ],
)
def test_patterns_that_are_mistakes(lab, pattern, message):
    lab.write("data/a.csv", "1")
    experiment(lab, 'return {"x": 1}', f"files=[{pattern!r}]")
    said = " ".join(lab.tpdl("run", "read", code=None).split())
    assert message in said and "experiments/read.py:" in said


def test_files_of_a_cell(lab):
    lab.write("data/a.csv", "1")
    lab.write("data/b.csv", "1")
    lab.write(
        "experiments/read.py",
        """
        from tpdl import experiment

        @experiment(matrix={"name": ["a", "b"]}, files=["data/{name}.csv"])
        def read(name: str) -> dict:
            return {"x": len(open(f"data/{name}.csv").read())}
        """,
    )
    lab.tpdl("run", "read")
    lab.write("data/a.csv", "2")
    states = lab.states("read")
    assert states["read/name=a"] == "stale: file data/a.csv changed" and states["read/name=b"] == "fresh"


def test_a_checkpoint_is_not_taken_up_where_a_file_has_changed_that_it_was_made_of(lab):
    lab.write("x.txt", "1")
    experiment(
        lab,
        """
import os
from pathlib import Path
from tpdl import checkpoint
state = checkpoint.load("state")
if state is None:
    checkpoint.save("state", {"x": open("x.txt").read()})
    state = checkpoint.load("state")
if not Path(".tpdl/go").exists():
    os._exit(3)
return {"x": state["x"]}
""",
    )
    lab.tpdl("run", "read", code=1)
    lab.write(".tpdl/go", "")
    lab.tpdl("run", "read")
    assert "x.txt" in observed(lab), "it was read before the checkpoint"
    (lab.root / ".tpdl/go").unlink()
    (lab.root / "figures/read.json.record.json").unlink()
    lab.tpdl("run", "read", code=1)
    lab.write("x.txt", "2")
    lab.write(".tpdl/go", "")
    lab.tpdl("run", "read")
    assert json.loads((lab.root / "figures/read.json").read_text()) == {"x": "2"}


def test_a_refused_result_is_not_taken_up_where_a_file_has_changed(lab):
    lab.write("x.txt", "1")
    experiment(lab, 'return {"x": float("nan"), "y": open("x.txt").read()}')
    lab.tpdl("run", "read", code=1)
    lab.write("x.txt", "2")
    assert "nothing was measured again" not in lab.tpdl("run", "read", "--keep-nan")
    assert '"y": "2"' in (lab.root / "figures/read.json").read_text()


def test_images_that_are_declared_as_input_are_no_news(lab):
    lab.write(
        "experiments/read.py",
        """
        import numpy as np
        from tpdl import Images, Picture, experiment

        @experiment()
        def squares() -> Images:
            return {"black": Picture(np.zeros((4, 4), np.uint8), "a black square")}

        @experiment(inputs={"images": squares})
        def read(images: Images) -> dict:
            return {"x": int(images["black"].pixels.sum())}
        """,
    )
    lab.tpdl("run", "read")
    lab.tpdl("run", "squares", "read", "--force")
    assert observed(lab) == {} and warnings(lab) == [] and state(lab) == "fresh"


def test_a_damaged_record_of_what_was_read_is_said_in_one_line(lab):
    lab.write("x.txt", "1")
    experiment(lab, 'return {"x": open("x.txt").read()}')
    lab.tpdl("run", "read")
    path = lab.root / "figures/read.json.record.json"
    record = json.loads(path.read_text())
    for damage in (None, [], {"x.txt": 1}, {"a\x00b": "1"}, {"x" * 5000: None}, {"/": "1"}):
        path.write_text(json.dumps(record | {"observed": damage}))
        assert state(lab).startswith(("stale", "fresh"))


@pytest.mark.slow
def test_dask(lab):
    pytest.importorskip("distributed", reason="needs the extra dask")
    lab.write("x.txt", "1")
    experiment(lab, 'return {"x": open("x.txt").read()}')
    lab.tpdl("run", "read", "--executor", "dask")
    assert list(observed(lab)) == ["x.txt"] and state(lab) == "fresh" and warnings(lab) == []


def test_a_step_that_opens_very_many_files_is_not_held_up(lab):
    """Each of them is opened twice; nothing is timed here, benchmarks are for that."""
    experiment(
        lab,
        """
import os
os.makedirs("many", exist_ok=True)
for n in range(5000):
    with open(f"many/{n}", "w"):
        pass
for n in range(10000):
    with open(f"many/{n % 5000}"):
        pass
return {"x": 1}
""",
    )
    lab.tpdl("run", "read")
    assert observed(lab) == {} and state(lab) == "fresh"


def test_variables_of_the_environment_that_are_asked_for(lab):
    experiment(
        lab, 'import os\nos.environ["PATH"]\nreturn {"x": os.environ.get("EPOCHS", "1") + os.getenv("RATE", "2")}'
    )
    warning = "read the environment variables `EPOCHS`, `RATE`, which are not compared; make them parameters"
    assert warning in lab.tpdl("run", "read") and warnings(lab) == [warning]


@pytest.mark.parametrize(
    "copy", ["{**os.environ}", "dict(os.environ)", "os.environ.copy()", "dict(os.environ.items())", "os.environ | {}"]
)
def test_a_copy_of_the_environment_asks_for_no_variable(lab, copy):
    experiment(lab, f'import os\n{copy}\nreturn {{"x": os.environ.get("EPOCHS", "1")}}')
    lab.tpdl("run", "read", EPOCHS="2", RATE="3")
    assert warnings(lab) == ["read the environment variable `EPOCHS`, which is not compared; make it a parameter"]


def test_a_library_that_reads_in_compiled_code(lab):
    pytest.importorskip("safetensors")
    for module in ("safetensors.torch", "torchvision.io"):
        experiment(lab, f'import {module}\nreturn {{"x": 1}}')
        assert "reads files in compiled code and is not watched" in lab.tpdl("run", "read", "--force")
    experiment(lab, 'import safetensors\nreturn {"x": 1}', 'files=["experiments"]')
    lab.tpdl("run", "read")
    assert warnings(lab) == []


@pytest.mark.skipif(sys.platform == "win32", reason="loads a library of Unix")
def test_compiled_code_that_is_called_through_ctypes(lab):
    experiment(lab, 'import ctypes, torch, pandas\nreturn {"x": 1}')
    lab.tpdl("run", "read")
    assert warnings(lab) == [], "libraries do so as well"
    experiment(lab, 'import ctypes\nreturn {"x": ctypes.CDLL(None).abs(-1)}')
    warning = "loaded `the C library` with ctypes; what compiled code opens was not watched; declare it with files=[…]"
    assert warning in lab.tpdl("run", "read") and warnings(lab) == [warning]
    experiment(lab, 'import ctypes\nreturn {"x": ctypes.CDLL(None).abs(-1)}', 'files=["helpers"]')
    lab.tpdl("run", "read")
    assert warnings(lab) == []


def test_another_host_that_is_asked(lab):
    experiment(
        lab,
        """
import socket
try:
    socket.create_connection(("192.0.2.1", 9), timeout=0.01)
except OSError:
    pass
return {"x": 1}
""",
    )
    assert "asked `192.0.2.1` in the network; what came from there is not compared" in lab.tpdl("run", "read")


def test_a_file_in_the_folder_of_data_that_is_not_declared(lab, tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    (data / "x.txt").write_text("1")
    experiment(lab, 'import os\nreturn {"x": open(os.environ["TPDL_DATA"] + "/x.txt").read()}')
    said = lab.tpdl("--data", str(data), "run", "read")
    assert "read `x.txt in TPDL_DATA`, which belongs to no data set that it declares; declare data=[…]" in said


def test_what_killed_steps_have_noted_is_cleaned_up(lab):
    left = lab.write(".tpdl/full/observed/0123/7.jsonl", "")
    os.utime(left, (time.time() - 100_000,) * 2)
    assert left.name in lab.tpdl("clean", "--dry-run")
