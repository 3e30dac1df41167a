"""`python -m tpdl` is the command `tpdl`."""

from tpdl.cli import main

main()
