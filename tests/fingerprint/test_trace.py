"""What is executed, against what the source shows."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fingerprint.tree import project, write
from tpdl.fingerprint import Sources
from tpdl.run.trace import Trace, missing


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module, imported from a temporary project."""
    project("traced", tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("tracedapp")
    for name in [name for name in sys.modules if name.startswith("traced")]:
        del sys.modules[name]


def executed(app: Any, call: Callable[[], object]) -> tuple[set[str], Path]:
    root = Path(app.__file__).parent
    with Trace(root) as trace:
        call()
    return trace.executed, root


def test_everything_executed_is_named_and_in_the_closure(app: Any) -> None:
    found, root = executed(app, app.run)
    assert found == {
        *(
            f"tracedapp:{name}"
            for name in ("run", "Child.own", "Child.size", "Child.Inner.deep", "Child", "pick", "CALLS", "LAZY")
        ),
        *(f"tracedapp:{name}" for name in ("decorated", "with_default", "generator", "threaded")),
        *(f"tracedlib.parts:{name}" for name in ("Base.inherited", "decorate", "outer", "TABLE")),
    }
    assert missing(found, Sources(root).closure("tracedapp:run")) == []


def test_what_the_source_does_not_show_is_missing_until_declared(app: Any) -> None:
    found, root = executed(app, lambda: app.hidden("dyn"))
    assert missing(found, Sources(root).closure("tracedapp:hidden")) == ["tracedlib.dyn:secret"]
    assert missing(found, Sources(root).closure("tracedapp:hidden", ["tracedlib.dyn:secret"])) == []


def test_a_whole_module_covers_what_is_in_it(app: Any) -> None:
    found, root = executed(app, lambda: app.dynamic("registered"))
    assert "tracedlib.parts:registered" in found
    assert missing(found, Sources(root).closure("tracedapp:dynamic")) == []


def test_what_runs_during_an_import_is_left_out(app: Any) -> None:
    found, root = executed(app, app.lazy)
    assert found == {"tracedapp:lazy", "tracedlib.late:used"}
    assert missing(found, Sources(root).closure("tracedapp:lazy")) == []


def test_equal_functions_in_two_files_are_two(app: Any) -> None:
    root = Path(app.__file__).parent
    write(root, {"tracedlib/one.py": "def same(): return 1\n", "tracedlib/two.py": "def same(): return 1\n"})
    one, two = (importlib.import_module(f"tracedlib.{name}") for name in ("one", "two"))
    found, _ = executed(app, lambda: (one.same(), two.same()))
    assert found == {"tracedlib.one:same", "tracedlib.two:same"}


def test_missing_names_the_rest() -> None:
    closure = {"a:f": "", "a:C": "", "b:*": "", "c:<import T.add>": ""}
    assert missing(["a:f", "a:C.m", "a:C.D.m", "b:x.y", "c:T"], closure) == []
    assert missing(["a:g", "a:fg", "c:x", "a:<import>"], closure) == ["a:<import>", "a:fg", "a:g", "c:x"]


def test_ignored_modules_and_the_profilers_of_others(app: Any) -> None:
    root = Path(app.__file__).parent
    events: list[str] = []

    def other(frame: object, event: str, argument: object) -> None:
        events.append(event)

    sys.setprofile(other)
    try:
        with pytest.raises(ZeroDivisionError), Trace(root, ignore=["tracedlib"]) as trace:
            app.outer(3)
            app.pick(1 / 0)
        assert sys.getprofile() is other
    finally:
        sys.setprofile(None)
    assert trace.executed == set()
    assert threading.getprofile() is None
