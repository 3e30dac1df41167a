"""From results and documents to a report: values, claims, provenance, one Lua filter, two renderers.

`prepare` evaluates everything that the documents say about results and writes it down for the filter; `build` renders.
Knows no deep learning, and imports neither pandas nor torch.
"""

from tpdl.render.prepare import Prepared, prepare
from tpdl.report import ReportResult, build

__all__ = ["Prepared", "ReportResult", "build", "prepare"]
