"""What happens while the documentation is built: commands get the options of their parser, code blocks get titles.

MkDocs calls the functions named `on_…`; see mkdocs.yml.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from typing import Any

from mkdocs.exceptions import PluginError

from tpdl.cli.main import parser

PLACE = re.compile(r"^<!-- tpdl ?(\S*) -->$", re.MULTILINE)
"""`<!-- tpdl run -->` is where the usage and the options of `tpdl run` go, `<!-- tpdl -->` those of all commands."""
INFO = re.compile(r"^```(\w+) (\S.*)$", re.MULTILINE)
"""The first line of a code block that says more than its language. The tests read that; see tests/docs/reader.py."""


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """A page's text, with what is known only now."""
    return INFO.sub(titled, with_options(markdown, page.file.src_uri))


def titled(found: re.Match[str]) -> str:
    """The first line of a code block as the site understands it: a file's name is its title, output looks like output.

    >>> titled(INFO.match("```python file=experiments/dice.py"))
    '```python title="experiments/dice.py"'
    """
    language, rest = found.groups()
    if file := re.search(r"file=(\S+)", rest):
        return f'```{language} title="{file[1]}"'
    return f"``` {{.{language} .{rest}}}" if rest == "output" else f"```{language}"


def with_options(markdown: str, where: str) -> str:
    """The text with every place filled in. On a page that describes commands, none may be left out."""
    if not PLACE.search(markdown):
        return markdown
    known = {"": parser(), **commands(parser())}
    named = [found[1] for found in PLACE.finditer(markdown)]
    if missing := sorted(known.keys() - set(named)):
        raise PluginError(f"{where} does not describe `tpdl {missing[0]}`: add `<!-- tpdl {missing[0]} -->` to it")
    if unknown := sorted(set(named) - known.keys()):
        raise PluginError(f"{where} describes `tpdl {unknown[0]}`, which is no command")
    return PLACE.sub(lambda found: described(known[found[1]]), markdown)


def commands(of: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Name -> parser of each command, in the order in which the help lists them."""
    return {
        name: command
        for action in of._actions
        if isinstance(action, argparse._SubParsersAction)
        for name, command in action.choices.items()
    }


def described(command: argparse.ArgumentParser) -> str:
    """What `--help` says of a command, as Markdown: its purpose, its usage, and a table of arguments."""
    usage = re.sub(r"\s+", " ", command.format_usage().removeprefix("usage: ")).strip()
    rows = list(arguments(command))
    table = ["| argument | what |", "|---|---|", *rows] if rows else []
    return "\n".join([command.description or "", "", "```text", usage, "```", "", *table])


def arguments(command: argparse.ArgumentParser) -> Iterator[str]:
    """A row of the table for each argument but `--help`; a parser of commands lists those instead."""
    for action in command._actions:
        if isinstance(action, argparse._HelpAction):
            continue
        if isinstance(action, argparse._SubParsersAction):
            for name, each in action.choices.items():
                yield f"| [`tpdl {name}`](#{name}) | {each.description} |"
            continue
        values = (
            f" {{{','.join(action.choices)}}}" if action.choices else f" {action.metavar}" if action.metavar else ""
        )
        shown = [f"`{name}{values}`" for name in action.option_strings] or [f"`{(values or action.dest).strip()}`"]
        default = f" Default: `{action.default}`." if action.default not in (None, False, [], "", 0) else ""
        yield f"| {', '.join(shown)} | {(action.help or '').rstrip('.')}.{default} |".replace("| .", "| ")
