"""The device that computes: a GPU where there is one."""

from __future__ import annotations

import torch


def best_device() -> torch.device:
    """CUDA if available, else the CPU. Results of matrix products keep full float32 precision on both."""
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
