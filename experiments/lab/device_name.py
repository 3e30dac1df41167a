"""What a record says about the device: `[tool.tpdl] device` names this function, and each step asks it at its end."""

from __future__ import annotations

import sys


def device_name() -> str:
    """The graphics card, where torch is loaded and uses one, else "CPU". Imports nothing: most steps never load torch.

    >>> device_name()
    'CPU'
    """
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        return str(torch.cuda.get_device_name())
    return "CPU"
