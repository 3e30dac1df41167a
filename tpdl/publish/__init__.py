"""The rendered site on the branch that a web server shows: as the site itself, as a version, as a preview.

publish(root, root / "_book", name="v2").commit     # "1a2b3c4"; the pages are in v2/, and in the list of versions
"""

from tpdl.publish.branch import BRANCH, Published, check_fresh, check_repository, publish, withdraw

__all__ = ["BRANCH", "Published", "check_fresh", "check_repository", "publish", "withdraw"]
