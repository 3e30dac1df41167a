"""The libraries that a project depends on, whose versions a record names.

Example:
    versions(libraries(root), sys.modules)     # {"numpy": "2.1.3", "torch": "2.5.1"}
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution, requires, version
from importlib.util import find_spec
from pathlib import Path

from tpdl.files import read_text


def libraries(root: Path) -> dict[str, str]:
    """The libraries that are installed here and that the project at `root`, or tpdl itself, depends on.

    Returns:
        import name -> name of the distribution, which pip knows it by.

    >>> libraries(Path("my-report"))["PIL"]
    'pillow'
    """
    installed: dict[str, str] = {}
    for name in sorted({*_declared(root).values(), *map(_name, requires("tpdl") or [])}):
        try:
            installed |= dict.fromkeys(_import_names(name, distribution(name)), name)
        except PackageNotFoundError:
            continue
    return installed


def versions(wanted: Mapping[str, str], loaded: Container[str]) -> dict[str, str]:
    """The versions of the libraries that were imported.

    Args:
        wanted: import name -> distribution.
        loaded: the names of imported modules, such as `sys.modules`.

    Returns:
        distribution -> version.
    """
    return {
        name: version(name) for module, name in sorted(wanted.items(), key=lambda item: item[1]) if module in loaded
    }


def installed_version(name: str) -> str | None:
    """The version of a distribution; None where it is not installed here."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def how_to_install(module: str, root: Path) -> str:
    """What to do where a module is missing; empty where the project does not say what it depends on."""
    wanted = module.partition(".")[0].lower()
    declared = _declared(root)
    for (extra, _), name in declared.items():
        if re.sub(r"[-_.]+", "_", name) == wanted:
            return f"pip install '.[{extra}]'" if extra else "pip install ."
    extras = sorted({extra for extra, _ in declared if extra})
    return f"the project's extras are {', '.join(extras)}: pip install '.[{extras[0]}]'" if extras else ""


def _declared(root: Path) -> dict[tuple[str, int], str]:
    """(extra or "", position) -> distribution, as pyproject.toml lists them."""
    try:
        project = tomllib.loads(read_text(root / "pyproject.toml")).get("project", {})
        groups = {"": project.get("dependencies", []), **project.get("optional-dependencies", {})}
        return {
            (extra, position): _name(requirement)
            for extra, requirements in groups.items()
            for position, requirement in enumerate(requirements)
        }
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):  # pip is the one to complain
        return {}


def _name(requirement: str) -> str:
    """ "scikit-learn" for "scikit-learn >= 1.4; python_version > '3.8'"."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement.strip())
    return match[0].lower() if match else ""


def _import_names(name: str, installed: Distribution) -> list[str]:
    """What a distribution is imported as: mostly its own name; else what it says, or the folders it installed."""
    same = re.sub(r"[-_.]+", "_", name)
    if same.isidentifier() and find_spec(same):
        return [same]
    if listed := installed.read_text("top_level.txt"):
        return listed.split()
    folders = {file.parts[0] for file in installed.files or [] if len(file.parts) > 1 and file.suffix == ".py"}
    return sorted(folder for folder in folders if folder.isidentifier())
