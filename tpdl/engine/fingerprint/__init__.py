"""Which source decides what a function does, symbol by symbol, without importing anything."""

from tpdl.engine.fingerprint.declarations import REQUIRED, Declaration
from tpdl.engine.fingerprint.sources import IGNORED, Sources

__all__ = ["IGNORED", "REQUIRED", "Declaration", "Sources"]
