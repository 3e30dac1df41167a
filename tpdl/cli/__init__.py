"""The command line: one file a command, and everything that is printed.

`tpdl status` is asked a hundred times a day, so nothing is imported before it is needed: argparse and plain text here,
rich where there is something to watch.

A command is a function of what was typed, and `add` declares what may be typed. Name and help are the function's own:

    def add(commands: Commands) -> None:
        add_command(commands, hello).add_argument("name")

    def hello(arguments: Arguments) -> int:
        'Greet somebody.'
        print(f"hello {arguments.name}")
        return Exit.OK
"""
