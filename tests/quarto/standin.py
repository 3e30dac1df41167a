"""What Quarto does as far as tpdl can see it, after its source: arguments, environment, messages, files, exit codes.

It renders nothing; it runs what `pre-render:` names, as Quarto does, and writes files where Quarto would.
`STANDIN` says what goes wrong: a key of FAILURES, or "no-pdf".
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

BLUE, RED, END = "\x1b[1m\x1b[34m", "\x1b[91m", "\x1b[39m\x1b[22m"
FAILURES = {
    "typst": (
        "[typst]: Compiling index.typ to index.pdf...error: unknown variable: nothing\n"
        "    \x1b[34m┌─\x1b[0m index.typ:42:7\n    \x1b[34m│\x1b[0m\n"
        "\x1b[34m 42\x1b[0m \x1b[34m│\x1b[0m #set text(nothing)\n    \x1b[34m│\x1b[0m       ^^^^^^^\n\n"
        f"{RED}ERROR: Error: Typst compilation failed{END}\n"
    ),
    "yaml": (
        f"{RED}ERROR: Validation of YAML front matter failed.{END}\n"
        f'{RED}ERROR: In file index.qmd\n(line 2, columns 6--10) Field "\x1b[34mtoc\x1b[39m" has value maybe, '
        "which must instead be 'true' or 'false'\n1: ---\n2: toc: maybe\n        ~~~~~\n3: ---\n\n"
        f"\x1b[31m✖\x1b[39m The value is a string.\n{END}\n{RED}ERROR: Render failed due to invalid YAML.{END}\n\n"
        "Stack trace:\n    at renderFileInternal (file:///opt/quarto/bin/quarto.js:1:1)\n"
    ),
    "lua": (
        "Error running filter /opt/quarto/share/filters/main.lua:\n"
        "...report/tpdl.lua:12: attempt to index a nil value (local 'meta')\nstack traceback:\n"
        "\t/opt/quarto/share/filters/main.lua:224: in function <main.lua:214>\n\t(...tail calls...)\n"
    ),
    "silent": f"{RED}ERROR: {END}\n",
}


def main() -> int:
    if "--version" in sys.argv:
        print(os.environ.get("STANDIN_VERSION", "1.10.18"))
        return 0
    command, *arguments = sys.argv[1:]
    root = Path(arguments[0] if arguments and (Path(arguments[0]) / "_quarto.yml").is_file() else ".").resolve()
    output = Path(arguments[arguments.index("--output-dir") + 1]) if "--output-dir" in arguments else None
    to = arguments[arguments.index("--to") + 1] if "--to" in arguments else "html typst"
    return render(root, root / (output or setting(root, "output-dir")), to) or command not in ("render", "publish")


def setting(root: Path, name: str) -> str:
    found = re.search(rf"^ *{name}: *(.+)$", (root / "_quarto.yml").read_text(encoding="utf-8"), re.MULTILINE)
    assert found, name
    return found[1].strip("\"'")


def render(root: Path, output: Path, to: str) -> int:
    failure = os.environ.get("STANDIN", "")
    shutil.rmtree(output, ignore_errors=True)
    script = shlex.split(setting(root, "pre-render"))
    before = [sys.executable, *script] if script[0].endswith(".py") else script
    environment = os.environ | {"QUARTO_PROJECT_OUTPUT_DIR": str(output), "QUARTO_PROJECT_RENDER_ALL": "1"}
    if subprocess.run(before, cwd=root, env=environment, check=False).returncode:
        return 1
    configuration = (root / "_quarto.yml").read_text(encoding="utf-8")
    chapters = re.findall(r"^ +(?:- |references: )(\S+)\.qmd$", configuration, re.MULTILINE)
    for number, chapter in enumerate(chapters, 1):
        print(f"\r{BLUE}[{number}/{len(chapters)}] {chapter}.qmd{END}", file=sys.stderr, flush=True)
        if failure in ("lua", "yaml", "silent"):
            sys.stderr.write(FAILURES[failure])
            return 1
        page = output / f"{chapter}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        if "html" in to:
            page.write_text(f"<title>{chapter}</title>", encoding="utf-8")
    if "typst" in to:
        (root / "index.typ").write_text("#set text(nothing)\n", encoding="utf-8")
        if failure == "typst":
            (root / "site_libs").mkdir(exist_ok=True)
            sys.stderr.write(FAILURES["typst"])
            return 1
        (root / "index.typ").unlink()
        if failure == "no-pdf":
            print("WARNING: Skipping format typst", file=sys.stderr)
        else:
            named = re.search(r"^ *output-file: *(.+)$", configuration, re.MULTILINE)
            title = named[1] if named else re.sub(r"[^\w-]+", "-", setting(root, "title")).strip("-")
            (output / f"{title}.pdf").write_bytes(b"%PDF-1.7\n")
    for pattern in re.findall(r"^    - (\S+\.csv)$", configuration, re.MULTILINE):
        anywhere = pattern if pattern.startswith("/") else f"/**/{pattern}"
        for path in sorted(root.glob(anywhere[1:])):
            if not path.is_relative_to(output):
                (output / path.relative_to(root)).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, output / path.relative_to(root))
    print(f"Output created: {output.name}/index.html\n", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
