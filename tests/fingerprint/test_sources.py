"""Which modules are the project's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fingerprint.tree import project, write
from tpdl.fingerprint import Sources


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with a folder that holds no Python."""
    return project("roots", tmp_path)


def test_all_that_lies_in_the_root(root: Path) -> None:
    assert list(Sources(root).closure("app:run")) == ["app:run", "core.deep:h", "core.engine:g", "lib:f"]


def test_only_the_given_packages(root: Path) -> None:
    assert list(Sources(root, packages=["app", "lib"]).closure("app:run")) == ["app:run", "lib:f"]


def test_ignored_modules_are_not_followed(root: Path) -> None:
    assert list(Sources(root, ignore=["core.engine"]).closure("app:run")) == ["app:run", "lib:f"]
    assert "core.engines:f" in Sources(root, ignore=["core.engine"]).closure("app:run", ["core.engines:f"])


def test_a_library_that_moves_into_the_project_counts(root: Path) -> None:
    before = Sources(root).closure("app:run")
    write(root, {"figures/__init__.py": "x = 1\n"})
    after = Sources(root).closure("app:run")
    assert after["figures:x"] and after["app:run"] != before["app:run"]


def test_a_missing_module_of_the_project_is_no_mistake(root: Path) -> None:
    """It may be compiled, or optional; it counts by name, and by content once it is there."""
    write(
        root, {"app.py": "try:\n    from core.fast import k\nexcept ImportError:\n    k = None\ndef run(): return k\n"}
    )
    assert list(Sources(root).closure("app:run")) == ["app:k", "app:run"]
    write(root, {"core/fast.py": "def k(): return 1\n"})
    assert "core.fast:k" in Sources(root).closure("app:run")


def test_links_to_nowhere_and_folders_named_like_files(root: Path) -> None:
    (root / "core" / "gone.py").symlink_to(root / "nowhere.py")
    (root / "core" / "folder.py").mkdir()
    assert "core.deep:h" in Sources(root).closure("app:run", ["core.deep"])
    assert "core.engines:*" in Sources(root).closure("lib:f", ["core"])
