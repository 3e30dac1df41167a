"""What is done to a project that is up to date. Each change ends with the tool being asked to bring it up to date."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable

from project import Project

PAUSE = 10.0  # seconds that a step takes where something happens meanwhile


def edit(project: Project, file: str, old: str, new: str) -> None:
    """Replace `old` in a source, which must have it."""
    path = project.root / file
    text = path.read_text()
    assert old in text, f"{file} has no {old!r}"
    path.write_text(text.replace(old, new))


def nothing(project: Project) -> None:
    project.bring_up_to_date()


def fresh_clone(project: Project) -> None:
    """Results go with the sources, as the tool has it: committed, or in DVC's store."""
    tool = project.tool
    if not tool.start:
        project.call(["git", "init", "-q"])
    with (project.root / ".gitignore").open("a") as file:
        file.write("".join(f"{line}\n" for line in [*tool.ignored, "__pycache__/"]))
    project.calls(tool.before_push)
    project.call(["git", "add", "--all"])
    project.call(["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "All"])
    clone = project.root.with_name(project.root.name + "-clone")
    project.call(["git", "clone", "-q", str(project.root), str(clone)])
    project.root = clone
    project.calls(tool.after_clone)
    project.bring_up_to_date()


def drawing_edit(project: Project) -> None:
    edit(project, "lib/plots.py", 'MARKER = "o"', 'MARKER = "s"')
    project.bring_up_to_date()


def helper_edit(project: Project) -> None:
    """The helper of the sweep; the reference uses its neighbour in the same file."""
    edit(project, "lib/curves.py", "value * (1 + rate)", "value * (1 + 2 * rate)")
    project.bring_up_to_date()


def comment_edit(project: Project) -> None:
    edit(project, "lib/curves.py", "    return value * (1 + rate)", "    # Compound.\n    return value * (1 + rate)")
    project.bring_up_to_date()


def swap_import(project: Project) -> None:
    edit(project, "lib/model.py", "import decay, growth", "import decay")
    edit(project, "lib/model.py", "from lib.trace", "from lib.bounded import growth\nfrom lib.trace")


def import_swapped(project: Project) -> None:
    """The same name comes from another file."""
    swap_import(project)
    project.bring_up_to_date()


def then_edited(project: Project) -> None:
    """Later the helper in that other file is edited, which nobody has told the tool of."""
    swap_import(project)
    project.bring_up_to_date()
    project.remember()
    edit(project, "lib/bounded.py", "value / 100", "value / 10")
    project.bring_up_to_date()


def undeclared_file(project: Project) -> None:
    """A file that the code opens, and that is in no declaration."""
    edit(project, "settings/offset.txt", "0.5", "0.75")
    project.bring_up_to_date()


def file_of_another_program(project: Project) -> None:
    """A file that a program opens which the code starts."""
    edit(project, "settings/unit.txt", "1", "2")
    project.bring_up_to_date()


def parameter(project: Project) -> None:
    """One of three rates is another one."""
    edit(project, project.tool.parameters, "0.1, 0.2, 0.3", "0.1, 0.2, 0.4")
    project.bring_up_to_date()


def edit_during_run(project: Project) -> None:
    """A helper is edited twice, the second time while the first cell runs. After the run the tool is asked again."""
    edit(project, "lib/curves.py", "value * (1 + rate)", "value * (1 + 2 * rate)")
    run = start(project)
    wait_for(project, "begin ('trajectory'", run)
    edit(project, "lib/curves.py", "value * (1 + 2 * rate)", "value * (1 + 3 * rate)")
    run.wait()
    project.remember()
    project.bring_up_to_date()


def kill_and_resume(project: Project) -> None:
    """From nothing; everything is killed while the second step runs."""
    project.empty()
    run = start(project)
    wait_for(project, "end", run)
    time.sleep(PAUSE / 2)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    project.remember()
    project.calls(project.tool.after_kill or project.tool.run)


def rename(project: Project) -> None:
    """A helper gets another name, everywhere, and the tool is told so with the command that it has for this."""
    for file in ("lib/curves.py", "lib/model.py"):
        edit(project, file, "growth", "grow")
    project.calls(project.tool.renamed, check=False)
    project.bring_up_to_date()


def careless_rename(project: Project) -> None:
    """The same, and by mistake a number changes, too."""
    edit(project, "lib/curves.py", "value * (1 + rate)", "value * (1 + 2 * rate)")
    rename(project)


def start(project: Project) -> subprocess.Popen[bytes]:
    """The tool at work, with steps that take a while."""
    return subprocess.Popen(
        project.tool.run[0],
        cwd=project.root,
        env=project.environment | {"TOY_PAUSE": f"{PAUSE}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def wait_for(project: Project, event: str, run: subprocess.Popen[bytes]) -> None:
    """Until a step has begun, or ended."""
    while not any(line.startswith(event) for line in project.events()[project.seen :]):
        assert run.poll() is None, f"{project.tool.name} ended before a step had its {event}"
        time.sleep(0.05)


CHANGES: dict[str, Callable[[Project], None]] = {
    "nothing": nothing,
    "fresh clone": fresh_clone,
    "comment in a helper": comment_edit,
    "drawing edited": drawing_edit,
    "helper edited": helper_edit,
    "import swapped": import_swapped,
    "… and the new helper edited": then_edited,
    "file read without being declared": undeclared_file,
    "file read by another program": file_of_another_program,
    "one parameter of the sweep": parameter,
    "edit during a run": edit_during_run,
    "kill and resume": kill_and_resume,
    "helper renamed": rename,
    "… and changed by mistake": careless_rename,
}
