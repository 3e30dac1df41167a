"""Where the files of a profile lie.

Below the project's root:

    figures/<chapter>/<name>.csv             products and records of the full profile, committed
    .tpdl/<profile>/figures/…                those of any other profile
    .tpdl/<profile>/local/…                  large intermediates (`local=True`); their records lie beside the figures
    .tpdl/<profile>/scratch/…                results of parameters from the command line, with their records
    .tpdl/<profile>/logs, failed, refused, checkpoints, progress
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """The folders of one profile of the project at `root`.

    >>> Places(Path("/lab"), "full").log("transfer/gram").as_posix()
    '/lab/.tpdl/full/logs/transfer/gram.log'
    """

    root: Path
    profile: str

    @property
    def state(self) -> Path:
        """Everything of the profile that git ignores."""
        return self.root / ".tpdl" / self.profile

    @property
    def figures(self) -> Path:
        """The folder of products and records."""
        return self.root / "figures" if self.profile == "full" else self.state / "figures"

    @property
    def local(self) -> Path:
        """The folder of large intermediates."""
        return self.state / "local"

    @property
    def scratch(self) -> Path:
        """The folder of results of parameters from the command line; see `tpdl.plan.scratch`."""
        return self.state / "scratch"

    def log(self, step: str) -> Path:
        """The output of a step's last run."""
        return self.state / "logs" / f"{step}.log"

    def failure(self, step: str) -> Path:
        """The message of a step's last run, if it failed."""
        return self.state / "failed" / f"{step}.json"

    def refused(self, step: str) -> Path:
        """Results of a step that were not what it declares, a folder for each fingerprint."""
        return self.state / "refused" / step

    def checkpoints(self, step: str) -> Path:
        """Intermediate states of a step, a folder for each fingerprint."""
        return self.state / "checkpoints" / step

    def progress(self, step: str) -> Path:
        """The small file in which a running step says how far it is."""
        return self.state / "progress" / f"{step.replace('/', '~')}.json"
