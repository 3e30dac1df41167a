"""`tpdl explore`: one page over everything that is measured, to be opened in a browser without a server.

    write_page(plan, states, folder, revisions=["HEAD~3"])     # folder/index.html

`runs` puts the runs of an experiment in a table, `contents` shows what is in a result, `versions` knows the commits,
`sections` puts together what there is of each experiment, and `page` writes it.
"""

from tpdl.explore.page import write_page

__all__ = ["write_page"]
