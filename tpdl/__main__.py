"""`python -m tpdl` is the command `tpdl`."""

from tpdl.cli.main import main

main()
