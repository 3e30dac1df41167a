"""The command `tpdl`: reads the arguments, calls the command, turns what goes wrong into a line and an exit code."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
from typing import NoReturn

from tpdl.cli import (
    accept,
    claims,
    clean,
    compare,
    completion,
    data,
    diff,
    explore,
    figure,
    graph,
    init,
    log,
    mv,
    prepare,
    publish,
    report,
    run,
    show,
    status,
    table,
    upgrade,
    watch,
    why,
)
from tpdl.data.place import absolute
from tpdl.errors import Exit, UserError
from tpdl.nearest import did_you_mean, nearest

COMMANDS = (
    *(status, run, table, compare, explore, figure, show, log, why, accept, mv, graph, clean, data),
    *(prepare, claims, report, diff, init, publish, watch, upgrade, completion),
)
"""In the order of `tpdl --help`."""


class _Parser(argparse.ArgumentParser):
    """An argument parser that takes a mistake for a `UserError`: one line, with the nearest right word."""

    def error(self, message: str) -> NoReturn:
        if found := re.match(r"argument (\S+): invalid choice: '([^']*)'", message):
            known = [str(choice) for action in self._actions for choice in action.choices or ()]
            if found[1] == "COMMAND":  # there are too many to list them; `--help` does
                message = f"there is no command {found[2]!r}{did_you_mean(found[2], known)}"
            else:
                message = f"{found[1]} cannot be {found[2]!r}; {nearest(found[2], known)}"
        raise UserError(f"{message} ({self.prog} --help)")

    def hint(self, option: str) -> str:
        """The nearest option of this parser."""
        known = [name for action in self._actions for name in action.option_strings if name.startswith("--")]
        return did_you_mean(option.partition("=")[0], known, cutoff=0.6)


class _Version(argparse.Action):
    """Prints the version. It is looked up only then: that takes as long as reading the arguments."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"tpdl {version('tpdl')}")
        except PackageNotFoundError:
            print("tpdl, not installed: run from its sources")
        parser.exit()


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    whole = _Parser(prog="tpdl", description="Deep-learning experiments in, a lab report out.")
    whole.add_argument("--version", action=_Version, nargs=0, help="print the version")
    whole.add_argument("--data", metavar="FOLDER", help="where data sets and weights lie (else TPDL_DATA)")
    commands = whole.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)
    for command in COMMANDS:
        command.add(commands)
    return whole


def main() -> NoReturn:
    """Run the command that was typed; every mistake is one line on standard error and an exit code, see `Exit`."""
    # A job scheduler or a closing terminal sends SIGTERM or SIGHUP; treat them like Ctrl-C, so that children are ended.
    for name in ("SIGTERM", "SIGHUP"):
        if number := getattr(signal, name, None):
            signal.signal(number, _interrupt)
    try:
        code = _carry_out()
        sys.stdout.flush()
    except UserError as error:
        print(f"tpdl: {error}", file=sys.stderr)
        code = error.exit_code
    except KeyboardInterrupt:
        print(
            "tpdl: interrupted; what was finished is kept, and the next run resumes from checkpoints", file=sys.stderr
        )
        code = Exit.INTERRUPTED
    except BrokenPipeError:  # `tpdl status | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = Exit.OK
    sys.exit(int(code))


def _carry_out() -> int:
    """Read the arguments and call the command; its exit code."""
    whole = parser()
    if completion.is_asked():
        import argcomplete

        argcomplete.autocomplete(whole)
    arguments, unknown = whole.parse_known_args()
    if unknown:  # argparse itself would name the help of `tpdl`, not that of the command
        hint = arguments.parser.hint(unknown[0]) if unknown[0].startswith("--") else ""
        raise UserError(f"unrecognized arguments: {' '.join(unknown)}{hint} (tpdl {arguments.call.__name__} --help)")
    try:
        os.getcwd()
    except OSError as error:
        raise UserError("the folder that this command was started in is gone; go to another one with cd") from error
    if arguments.data is not None:
        folder = absolute(arguments.data)
        if not folder.is_dir():
            raise UserError(f"--data {arguments.data}: there is no such folder")
        os.environ["TPDL_DATA"] = str(folder)
    code: int = arguments.call(arguments)
    return code


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
