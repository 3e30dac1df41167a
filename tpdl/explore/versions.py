"""The commits that have other versions of the results.

Example:
    History(root).of(["figures/toy/curve.csv"])[0].subject      # "More data"
    Earlier.read(plan, "HEAD~3", addresses).of["toy/curve"]    # what differs in its steps
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tpdl.compare import Comparison, StepDifference, compare
from tpdl.compare.trees import FOLDER, Commit
from tpdl.explore.addresses import Addresses
from tpdl.files import atomic_write
from tpdl.git import git_or_nothing
from tpdl.plan.plan import Plan

MOST_COMMITS = 500
"""The last commits that changed anything in `figures/` are looked at."""


class History:
    """Which commits have changed which files of `figures/`; none without git."""

    def __init__(self, root: Path) -> None:
        self._of: dict[str, list[Commit]] = {}
        """Path below the project -> commits."""
        self._place: dict[Commit, int] = {}
        command = ("log", f"--max-count={MOST_COMMITS}", "--relative", "--name-only", "--format=%x00%H %cs %s")
        said = git_or_nothing(root, "-c", "core.quotePath=false", *command, "--", FOLDER)
        for place, entry in enumerate(said.split("\0")[1:]):
            head, *paths = entry.splitlines()
            commit = Commit(*(*head.split(" ", 2), "")[:3])
            self._place[commit] = place
            for path in filter(None, paths):
                self._of.setdefault(path, []).append(commit)

    def of(self, paths: Iterable[str]) -> list[Commit]:
        """The commits that have changed any of these files, the last one first."""
        return sorted({commit for path in paths for commit in self._of.get(path, ())}, key=self._place.__getitem__)


@dataclass(frozen=True)
class Difference:
    """What differs in one step, and its picture before and now."""

    step: StepDifference
    pictures: list[dict[str, str]]
    before: str
    """The commit, in short."""


@dataclass(frozen=True)
class Earlier:
    """A commit beside what is here."""

    comparison: Comparison
    of: Mapping[str, list[Difference]]
    """Experiment -> what differs in its steps."""

    @classmethod
    def read(cls, plan: Plan, revision: str, addresses: Addresses) -> Earlier:
        """Compare with a commit, and write its pictures beside the page.

        Raises:
            UserError: there is no such commit.
        """
        comparison = compare(plan, revision)
        found: dict[str, list[Difference]] = {}
        for step in comparison.steps:
            known = plan.steps.get(step.name)
            pictures = _pictures(step, plan, comparison.commit.short, addresses)
            found.setdefault(known.base if known else step.name, []).append(
                Difference(step, pictures, comparison.commit.short)
            )
        return cls(comparison, found)


def _pictures(step: StepDifference, plan: Plan, before: str, addresses: Addresses) -> list[dict[str, str]]:
    """The picture as the commit has it, written beside the page, and as it is now, where it lies."""
    if step.picture is None:
        return []
    old: dict[str, str] = {}
    for theme in ("light", "dark"):
        if content := step.picture.old.get(theme):
            path = addresses.folder / "at" / before / f"{step.name}.{theme}{step.suffix}"
            atomic_write(path, content)
            old[theme] = addresses.of(path)
    pictures = plan.steps[step.name].pictures if step.name in plan.steps else {}
    new = {variant: addresses.of(path) for variant, path in pictures.items() if path.is_file()}
    sides = ((old, f"Before, at {before}"), (new, "Now"))
    return [
        {
            "light": there.get("light") or there["dark"],
            "dark": there.get("dark", ""),
            "words": words,
            "alt": f"{words}: {step.alt or step.name}",
        }
        for there, words in sides
        if "light" in there or "dark" in there
    ]
