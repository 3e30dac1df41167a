"""The cache saves parsing and never shows an old state."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.fingerprint.tree import write
from tpdl import files
from tpdl.fingerprint import Sources, cache, summary

FILES = {"app.py": "from lib import f\ndef run(): return f(1)\n", "lib.py": "def f(x): return 1\ndef g(x): return 2\n"}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose files have settled."""
    write(tmp_path, FILES)
    monkeypatch.setattr(files, "SETTLED_NS", 0)
    return tmp_path


def look(root: Path) -> dict[str, str]:
    """A closure through the cache, as one run of tpdl sees it."""
    sources = Sources(root, cache=root / ".tpdl" / "sources")
    found = sources.closure("app:run")
    sources.save_cache()
    return found


def count_parses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The modules that are parsed from now on."""
    parsed: list[str] = []
    original = summary.summarise

    def counting(text: bytes, module: str, is_package: bool, hidden: Sequence[str] = ()) -> summary.Summary:
        parsed.append(module)
        return original(text, module, is_package, hidden)

    monkeypatch.setattr(summary, "summarise", counting)
    return parsed


def test_a_warm_run_parses_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = count_parses(monkeypatch)
    cold = look(root)
    assert parsed == ["app", "lib"]
    parsed.clear()
    assert look(root) == cold == Sources(root).closure("app:run")
    assert parsed == ["app", "lib"]  # the look without a cache
    parsed.clear()
    write(root, {"lib.py": FILES["lib.py"].replace("1", "12")})
    assert look(root) != cold
    assert parsed == ["lib"]


def test_an_edit_that_keeps_size_and_time_is_seen(root: Path) -> None:
    before = look(root)
    stat = (root / "lib.py").stat()
    (root / "lib.py").write_text(FILES["lib.py"].replace("1", "3"))
    os.utime(root / "lib.py", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert (root / "lib.py").stat().st_size == stat.st_size
    assert look(root)["lib:f"] != before["lib:f"]


def test_a_file_that_takes_anothers_place_is_seen(root: Path) -> None:
    before = look(root)
    stat = (root / "lib.py").stat()
    (root / "new.py").write_text(FILES["lib.py"].replace("1", "3"))
    os.utime(root / "new.py", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    (root / "new.py").rename(root / "lib.py")
    assert look(root)["lib:f"] != before["lib:f"]


def test_a_file_touched_just_now_is_not_remembered(tmp_path: Path) -> None:
    """Two edits within one tick of the clock look the same, so the first one must not be kept."""
    write(tmp_path, FILES)
    stamp = time.time_ns() + 10**9
    for name in FILES:
        os.utime(tmp_path / name, ns=(stamp, stamp))
    look(tmp_path)
    assert not (tmp_path / ".tpdl").exists() or not json.loads((tmp_path / ".tpdl" / "sources").read_text())["files"]


def test_clocks_that_count_whole_seconds_get_more_time(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp = (time.time_ns() // 10**9 - 1) * 10**9
    for name in FILES:
        os.utime(root / name, ns=(stamp, stamp))
    time.sleep(0.01)
    look(root)
    assert not (root / ".tpdl").exists()
    monkeypatch.setattr(files, "COARSE_SETTLED_NS", 0)
    look(root)
    assert (root / ".tpdl" / "sources").exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"key": 1}', '{"key": [1], "files": {"app.py": 3}}'])
def test_a_broken_cache_is_no_cache(content: str, root: Path) -> None:
    (root / ".tpdl").mkdir()
    (root / ".tpdl" / "sources").write_text(content)
    assert look(root) == Sources(root).closure("app:run")


@pytest.mark.parametrize("files", [3, {"app.py": 3}, {"app.py": [1, 2, 3]}, {"app.py": [[1], {}]}])
def test_a_cache_with_broken_entries_is_no_cache(files: object, root: Path) -> None:
    look(root)
    stored = json.loads((root / ".tpdl" / "sources").read_text())
    (root / ".tpdl" / "sources").write_text(json.dumps(stored | {"files": files}))
    assert look(root) == Sources(root).closure("app:run")


def test_another_version_starts_afresh(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    look(root)
    parsed = count_parses(monkeypatch)
    monkeypatch.setattr(cache, "SCHEMA", cache.SCHEMA + 1)
    look(root)
    assert parsed == ["app", "lib"]


def test_files_that_are_gone_are_forgotten(root: Path) -> None:
    look(root)
    (root / "lib.py").unlink()
    (root / "app.py").write_text("def run(): return 1\n")
    look(root)
    assert list(json.loads((root / ".tpdl" / "sources").read_text())["files"]) == ["app.py"]


def test_a_read_only_folder_only_costs_time(root: Path) -> None:
    (root / ".tpdl").write_text("a file where the folder should be")
    assert look(root) == Sources(root).closure("app:run")


def test_one_look_sees_one_state(root: Path) -> None:
    sources = Sources(root)
    before = sources.closure("app:run")
    (root / "lib.py").write_text("def f(x): return 5\n")
    assert sources.closure("app:run") == before != Sources(root).closure("app:run")


def test_symbols_are_sorted_and_hashes_have_16_digits(root: Path) -> None:
    found = look(root)
    assert list(found) == sorted(found) == ["app:run", "lib:f"]
    assert all(len(value) == 16 and int(value, 16) >= 0 for value in found.values())


def test_a_hundred_steps_are_fast_once_warm(root: Path) -> None:
    """The closures of 101 steps, of 61 symbols each, take a small part of the half second that `status` may take."""
    for number in range(101):
        lines = ["from tpdl import experiment", f"from helpers.m{number % 20} import f0", "@experiment()"]
        lines += [f"def step{number}() -> dict:", "    return f0(1)"]
        write(root, {f"experiments/e{number}.py": "\n".join(lines)})
    for number in range(20):
        lines = [f"from helpers import m{(number + 1) % 20}", "import numpy as np"]
        for k in range(10):
            lines += [f"def f{k}(x):", f"    return np.sum(x) + f{(k + 1) % 3}(x) + m{(number + 1) % 20}.f{k}(x)"]
        write(root, {f"helpers/m{number}.py": "\n".join(lines)})
    seconds = []
    for _ in range(4):
        start = time.process_time()
        sources = Sources(root, cache=root / ".tpdl" / "sources")
        found = [sources.closure(f"{step.module}:{step.qualname}") for step in sources.declarations()]
        seconds.append(time.process_time() - start)
        sources.save_cache()
    assert len(found) == 101 and {len(symbols) for symbols in found} == {61}
    assert min(seconds[1:]) < 0.25, seconds
