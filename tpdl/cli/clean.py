"""`tpdl clean`: remove local files that no step refers to any more."""

from __future__ import annotations

from tpdl.cli.common import Arguments, Commands, add_command, find_project
from tpdl.errors import Exit


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    parser = add_command(commands, clean, profile=False)
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be freed")


def clean(arguments: Arguments) -> int:
    """Remove local files that no step refers to any more, after saying what that frees."""
    from tpdl.plan.clean import remove, unreferenced

    project = find_project()
    files = unreferenced(project)
    if not files:
        print("nothing to clean: every local file belongs to a step")
        return Exit.OK
    for path, size in files:
        print(f"{size / 1e6:10.1f} MB  {path.relative_to(project.root)}")
    total = sum(size for _, size in files) / 1e6
    if arguments.dry_run:
        print(f"{total:.1f} MB would be freed")
    elif arguments.yes or _confirmed(f"free {total:.1f} MB?"):
        remove(path for path, _ in files)
        print(f"freed {total:.1f} MB")
    return Exit.OK


def _confirmed(question: str) -> bool:
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False
