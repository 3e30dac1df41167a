"""`tpdl diff`: what changed in results and pictures since an earlier commit.

    compare(plan, "HEAD~1").summary     # "since 1a2b3c4 of 2026-05-04 (More data): 2 changed, 1 new; 14 the same"

`trees` reads a commit without touching the working tree, `versions` finds the steps in it, `tables` and `values`
compare results, `comparison` puts everything together, and `page` shows it in HTML; `tpdl.cli.diff` shows it in a
terminal.
"""

from tpdl.compare.comparison import Comparison, StepDifference, compare

__all__ = ["Comparison", "StepDifference", "compare"]
