"""The libraries that a project depends on, whose versions a record names.

Example:
    versions(libraries(root), sys.modules)     # {"numpy": "2.1.3", "torch": "2.5.1"}
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Container, Iterator, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution, requires, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tpdl.files import read_text


def libraries(root: Path) -> dict[str, str]:
    """The libraries that are installed here and that the project at `root`, or tpdl itself, depends on.

    Returns:
        import name -> name of the distribution, which pip knows it by.

    >>> libraries(Path("my-report"))["PIL"]
    'pillow'
    """
    installed: dict[str, str] = {}
    declared = {name for names in _declared(root).values() for name in names}
    for name in sorted(declared.union(map(_name, requires("tpdl") or []))):
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
        name: str(installed_version(name))
        for module, name in sorted(wanted.items(), key=lambda item: item[1])
        if module in loaded
    }


@functools.cache
def installed_version(name: str) -> str | None:
    """The version of a distribution; None where it is not installed here."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def how_to_install(module: str, root: Path) -> str:
    """The command that brings a missing module; empty where the project does not say what it depends on.

    >>> how_to_install("torch", Path("my-report"))
    ''
    """
    wanted = module.partition(".")[0].lower()
    declared = _declared(root)
    for command, names in declared.items():
        # scikit-learn is imported as sklearn, scikit-image as skimage, and so on
        if any(wanted == re.sub(r"[-_.]+", "_", name.replace("scikit-", "sk")) for name in names):
            return command
    return "pyproject.toml lists what this project depends on" if any(declared.values()) else ""


def _declared(root: Path) -> dict[str, list[str]]:
    """How to install -> distributions, for each list of dependencies in pyproject.toml."""
    try:
        content = tomllib.loads(read_text(root / "pyproject.toml"))
        project, groups = content.get("project", {}), content.get("dependency-groups", {})
        return {
            "pip install .": list(map(_name, project.get("dependencies", []))),
            **{
                f"pip install '.[{extra}]'": list(map(_name, requirements))
                for extra, requirements in project.get("optional-dependencies", {}).items()
            },
            **{f"pip install --group {group}": list(_of_group(group, groups)) for group in groups},
        }
    except (OSError, ValueError, AttributeError, TypeError, KeyError, RecursionError):
        return {}


def _of_group(group: str, groups: Mapping[str, Any], open_groups: tuple[str, ...] = ()) -> Iterator[str]:
    """The distributions of a group of dependencies, with those of the groups that it includes (PEP 735)."""
    for requirement in groups.get(group, []) if group not in open_groups else []:
        if isinstance(requirement, str):
            yield _name(requirement)
        else:
            yield from _of_group(requirement["include-group"], groups, (*open_groups, group))


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
