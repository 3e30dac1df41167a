"""`tpdl mv`: let results follow what was renamed in the source."""

from __future__ import annotations

from tpdl.cli.common import Arguments, Commands, add_command, find_project, profile_of
from tpdl.cli.text import brief
from tpdl.errors import Exit, UserError


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    parser = add_command(commands, mv)
    parser.add_argument(
        "names", metavar="OLD NEW", nargs="+", help="package.module, package.module:function, or folder/step"
    )
    parser.add_argument("--dry-run", action="store_true", help="show what would follow, and what is refused")


def mv(arguments: Arguments) -> int:
    """Let results follow what was renamed in the source, where nothing but names has changed."""
    from tpdl.plan.follow import follow
    from tpdl.plan.plan import read_plan

    if len(arguments.names) % 2:
        raise UserError("tpdl mv takes pairs of names: OLD NEW, and more pairs for what was renamed together")
    pairs = list(zip(arguments.names[::2], arguments.names[1::2], strict=True))
    plan = read_plan(find_project(), profile_of(arguments))
    plan.check()
    followed = follow(plan, pairs, arguments.dry_run)
    for step in followed:
        was = "" if step.was == step.step else f"  (was {step.was})"
        if step.refused:
            print(f"refused  {step.step}{was}: {brief(step.refused)}")
        elif was or arguments.dry_run:
            print(f"follows  {step.step}{was}")
    refused = sum(bool(step.refused) for step in followed)
    words = "would follow" if arguments.dry_run else "followed"
    rest = f", {refused} refused: not only names have changed" if refused else ""
    print(f"{len(followed) - refused} of {len(followed)} steps {words}{rest}" if followed else "nothing has to follow")
    return Exit.NOT_FRESH if refused else Exit.OK
