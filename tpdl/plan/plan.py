"""The plan: all steps of one profile, as the source declares them.

Example:
    plan = read_plan(Project.find(Path.cwd()))
    plan.steps["transfer/layer-cut"].upstream     # ["transfer/layer-cut/network=vgg16", …]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tpdl.errors import UserError
from tpdl.fingerprint import Declaration, Sources
from tpdl.plan.expand import Expansion
from tpdl.plan.places import Places
from tpdl.plan.project import PROFILES, Project
from tpdl.plan.step import Step
from tpdl.plan.unreadable import recorded_steps, syntax_error


@dataclass(frozen=True)
class Plan:
    """The graph of steps."""

    project: Project
    profile: str
    steps: Mapping[str, Step]
    """Name -> step, in an order in which every step comes after those it needs."""
    sources: Sources
    """The source files as they were when the plan was made."""
    broken: tuple[str, ...] = ()
    """What is wrong with declarations and files, one line each. The steps that records tell of are there all the same,
    each with its `problem`; all other steps are as if nothing was wrong."""

    def check(self) -> None:
        """Refuse to go on with a plan that is not whole.

        Raises:
            UserError: the first thing that is wrong.
        """
        if self.broken:
            raise UserError(self.broken[0])

    def without_gpu(self) -> Plan:
        """The same where there is no GPU: cells that run together for the sake of one run one by one."""
        alone = {name: step.alone() for name, step in self.steps.items() if step.together and step.may_run_alone}
        return replace(self, steps={**self.steps, **alone})

    @property
    def places(self) -> Places:
        """Where the profile's files lie."""
        return self.project.places(self.profile)


def edition_of(project: Project, profile: str) -> dict[str, Any]:
    """The values that this edition of a report has for parameters of matrices; see `Expansion`."""
    return project.settings.get("matrix", {}) if profile != "demo" else {}


def read_plan(project: Project, profile: str = "full") -> Plan:
    """All steps of a profile, read from the source.

    The setting `matrix` gives this edition other values for parameters. The setting `unmeasured` lists experiments
    (names or patterns) that this edition does not measure yet: like optional cells they show as missing, and neither
    `status` nor publishing waits for them.

    Raises:
        UserError: there is no such profile, or the settings are wrong. What is wrong with a declaration is in
            `Plan.broken`.
    """
    if profile not in PROFILES:
        raise UserError(f"there is no profile {profile!r}; the profiles are {' and '.join(PROFILES)}")
    sources = project.sources(profile)
    unmeasured = project.settings.get("unmeasured", []) if profile != "demo" else []
    places = project.places(profile)
    declarations = [_where_it_is(each, project) for each in sources.declarations()]
    expansion = Expansion(declarations, places, unmeasured, edition_of(project, profile))
    steps = expansion.steps()
    broken = dict.fromkeys((*(each.problem for each in expansion.broken), *expansion.unused()))
    if profile != "demo" and any(step.data for step in steps.values()):
        problem = project.catalogue_problem()
        if problem and not any(line.partition(": ")[0] in problem for line in broken):
            broken[problem] = None
    if not expansion.broken:
        return Plan(project, profile, steps, sources, tuple(broken))
    steps |= {step.name: step for step in recorded_steps(expansion.broken, steps, places)}
    return Plan(project, profile, steps, sources, tuple(broken))


def _where_it_is(declared: Declaration, project: Project) -> Declaration:
    """The declaration with the mistake where it is: in the module that its constants come from."""
    problem = declared.blocked_by and syntax_error(project.root, declared.blocked_by)
    return replace(declared, problem=problem) if problem else declared
