"""Trained weights from files: read without unpickling anything, and checked tensor by tensor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from experiments.lab.data.packaged import packaged_weights
from experiments.lab.data.place import data_root, needed
from tpdl import UserError

if TYPE_CHECKING:
    import torch
    from torch import nn


def load_weights(model: nn.Module, name: str) -> None:
    """Load trained weights into `model`: from the data root's `weights/`, or else from a package that ships them.

    Args:
        model: changed in place.
        name: of the network; files are called `NAME.safetensors`, `NAME.pth` or `NAME-HASH.pth`.

    Raises:
        UserError: the weights are not on this machine, cannot be read, or belong to another network.
    """
    patterns = [f"weights/{name}{end}" for end in (".safetensors", ".pth", "-????????.pth")]
    packaged = packaged_weights(name)
    if packaged and not any(any(data_root().glob(pattern)) for pattern in patterns):
        file = packaged
    else:
        file = needed(f"weights/{name}", *patterns)
    fill(model, read_state(file), file)


def read_state(file: Path) -> dict[str, torch.Tensor]:
    """The tensors by name of a .safetensors file, or of a .pth file, which is read with `weights_only=True`.

    Raises:
        UserError: the file cannot be read as weights.
    """
    try:
        if file.suffix == ".safetensors":
            from safetensors.torch import load_file

            return load_file(file)
        import torch

        state = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # each library has errors of its own; all mean that the file is not what it should be
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UserError(f"{file}: cannot be read as weights ({reason}); remove it and fetch it again") from error
    if not isinstance(state, dict):
        raise UserError(f"{file}: holds a {type(state).__name__}, not a mapping from names to tensors")
    return state


def fill(model: nn.Module, state: dict[str, torch.Tensor], file: Path) -> None:
    """Load tensors into a network after comparing names and shapes.

    Args:
        model: changed in place.
        state: name -> tensor.
        file: named in the errors.

    Raises:
        UserError: a tensor is missing, surplus, or of another shape.
    """
    expected = model.state_dict()
    for key, tensor in expected.items():
        if key not in state:
            raise UserError(f"{file}: tensor {key!r} is missing; these are weights of another network")
        if state[key].shape != tensor.shape:
            raise UserError(
                f"{file}: tensor {key!r} has shape {tuple(state[key].shape)}, the network needs {tuple(tensor.shape)}"
            )
    if surplus := sorted(state.keys() - expected.keys()):
        raise UserError(
            f"{file}: tensor {surplus[0]!r} has no place in the network; these are weights of another network"
        )
    model.load_state_dict(state)
