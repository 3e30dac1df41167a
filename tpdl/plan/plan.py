"""The plan: all steps of one profile, as the source declares them.

Example:
    plan = read_plan(Project.find(Path.cwd()))
    plan.steps["transfer/layer-cut"].upstream     # ["transfer/layer-cut/network=vgg16", …]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tpdl.errors import UserError
from tpdl.fingerprint import Sources
from tpdl.plan.expand import Expansion
from tpdl.plan.places import Places
from tpdl.plan.project import PROFILES, Project
from tpdl.plan.step import Step


@dataclass(frozen=True)
class Plan:
    """The graph of steps."""

    project: Project
    profile: str
    steps: Mapping[str, Step]
    """Name -> step, in an order in which every step comes after those it needs."""
    sources: Sources
    """The source files as they were when the plan was made."""

    @property
    def places(self) -> Places:
        """Where the profile's files lie."""
        return self.project.places(self.profile)


def read_plan(project: Project, profile: str = "full") -> Plan:
    """All steps of a profile, read from the source.

    The setting `unmeasured` lists experiments (names or patterns) that this edition does not measure yet: like optional
    cells they show as missing, and neither `status` nor publishing waits for them.

    Raises:
        UserError: a declaration is wrong, the steps form a circle, or two write one product.
    """
    if profile not in PROFILES:
        raise UserError(f"there is no profile {profile!r}; the profiles are {' and '.join(PROFILES)}")
    sources = project.sources(profile)
    unmeasured = project.settings.get("unmeasured", []) if profile != "demo" else []
    steps = Expansion(sources.declarations(), project.places(profile), unmeasured).steps()
    return Plan(project, profile, steps, sources)
