"""The device to compute on: a GPU if there is one."""

from __future__ import annotations

import torch


def best_device() -> torch.device:
    """CUDA if available, else the CPU; matrix products keep full float32 precision on both (no TF32)."""
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
