"""The command line: one file a command, and everything that is printed.

`tpdl status` is asked a hundred times a day, so nothing is imported before it is needed: argparse and plain text here, rich
where there is something to watch.
"""
