"""`tpdl diff`: what changed in results and pictures since an earlier commit.

`trees` reads a commit without touching the working tree, `versions` finds the steps in it, `tables` and `values` compare results,
`comparison` puts everything together, `screen` and `page` show it.
"""

from tpdl.compare.comparison import Comparison, StepDifference, compare

__all__ = ["Comparison", "StepDifference", "compare"]
