"""A process that runs Typst over every document it is asked for; Typst remembers what it made of the one before.

A program of its own, which needs nothing but Typst. `typesetter.py` starts it. A line of standard input asks for a PDF,
and a line of standard output answers with what went wrong, or nothing:

    {"source": "/lab/report.typ", "target": "/lab/report.pdf", "root": "/lab"}
    ""
"""

import json
import os
import re
import sys
from pathlib import Path


def compiled(source: str, root: str) -> bytes:
    """The PDF: by the accessibility standard PDF/UA-1 if the document meets it, else one that does not claim to.

    Its date is now, or that of SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch).
    """
    import typst

    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    date = int(epoch) if epoch.isdigit() else None
    try:
        return typst.compile(source, root=root, format="pdf", pdf_standards="ua-1", timestamp=date)
    except (typst.TypstError, ValueError):
        return typst.compile(source, root=root, format="pdf", timestamp=date)


def one_line(error: Exception, root: str) -> str:
    """What Typst says is wrong, and where."""
    message = " ".join(str(getattr(error, "message", "") or error).split())
    place = re.search(r"┌─ (.+):(\d+):\d+", str(getattr(error, "diagnostic", "")))
    return f"{message}, in {os.path.relpath(place[1], root)}:{place[2]}" if place else message


def answer(source: str, target: str, root: str) -> str:
    """Write the PDF.

    Returns:
        what went wrong, or "". An error of Typst begins with "Typst: ".
    """
    try:
        Path(target).write_bytes(compiled(source, root))
    except ImportError:
        return "Typst is not here"
    except OSError as error:
        return f"cannot write {target}: {error.strerror or error}"
    except Exception as error:
        return f"Typst: {one_line(error, root)}"
    return ""


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(**json.loads(line))), flush=True)
