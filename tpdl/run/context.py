"""What a running step can ask of the engine: its profile, checkpoints, progress and notes.

Everything here works, and costs nothing, outside the engine too, so that an experiment is an ordinary function.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tpdl.files import atomic_path, open_regular, read_json, write_json

if TYPE_CHECKING:
    import tempfile

    import numpy as np

Item = TypeVar("Item")

ATTEMPT = ".attempt.json"
"""In a folder of checkpoints: when the attempt began that saved the last one, and what was spent before."""
ARRAYS_OF = ".arrays"
"""In the JSON file of a checkpoint: the name of the file that holds its arrays; None where it has none."""

Arrays = Mapping[str, "np.ndarray"]
"""The result type of experiments that return arrays by name; stored as NPZ and handed on lazily.

Examples:
    >>> import numpy as np
    >>> from tpdl import Arrays, experiment
    >>> @experiment()
    ... def features(images: int = 3) -> Arrays:
    ...     return {"features": np.zeros((images, 512), dtype=np.float32), "label": np.arange(images)}

    Whoever has `inputs={"features": features}` gets them by name. Each is read when it is asked for, not before:

    >>> @experiment(inputs={"features": features})
    ... def classes(features: Arrays) -> dict:
    ...     return {"classes": len(np.unique(features["label"]))}
    >>> classes(features())
    {'classes': 3}
"""


def profile() -> str:
    """The profile of the run: "full" (real data) or "demo" (embedded stand-ins).

    Examples:
        >>> from tpdl import profile
        >>> def training_images() -> str:
        ...     return "drawn squares" if profile() == "demo" else "photographs"
        >>> training_images()
        'photographs'
    """
    return os.environ.get("TPDL_PROFILE", "full")


class Checkpoint:
    """Intermediate states of the running step, kept across a kill. A step uses the one there is, `tpdl.checkpoint`.

    Examples:
        A training that goes on where it was stopped:

        >>> import numpy as np
        >>> from tpdl import checkpoint
        >>> def train(epochs: int) -> np.ndarray:
        ...     state = checkpoint.load("training") or {"epoch": 0, "weights": np.zeros(2)}
        ...     for epoch in range(state["epoch"], epochs):
        ...         state = {"epoch": epoch + 1, "weights": state["weights"] + 0.5}
        ...         checkpoint.save("training", state)
        ...     return state["weights"]
        >>> train(epochs=4)
        array([2., 2.])

        Outside of `tpdl run` nothing is kept, and the training begins at its beginning:

        >>> checkpoint.load("training") is None
        True

    The folder belongs to the step *and* its fingerprint: a state that other code, parameters or inputs have saved is
    never resumed. It is removed when the step succeeds.
    """

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.spent_before = 0.0
        """Seconds of earlier attempts at this step, up to the last state that they saved."""
        self._started = 0.0
        self._observed: Callable[[], list[Any]] = list
        self._scratch: tempfile.TemporaryDirectory[str] | None = None

    def begin(self, folder: Path, observed: Callable[[], list[Any]] = list) -> None:
        """Keep states in `folder` from now on, and with them what the step was `observed` to read."""
        self.folder, self._started, self.spent_before = folder, time.time(), _spent(folder)
        self._observed = observed

    def end(self) -> None:
        """Keep nothing any more."""
        self.folder, self.spent_before = None, 0.0

    def load(self, key: str) -> dict[str, Any] | None:
        """What was saved under `key`: arrays and JSON values by name, or None. An unreadable state counts as none."""
        import numpy as np

        if self.folder is None:
            return None
        try:
            state: dict[str, Any] = read_json(self.folder / f"{key}.json")
            if not isinstance(state, dict):
                return None
            arrays = state.pop(ARRAYS_OF) if ARRAYS_OF in state else _arrays_of_old(self.folder, key)
            if arrays:
                with open_regular(self.folder / arrays) as file, np.load(file, allow_pickle=False) as stored:
                    state.update({name: stored[name] for name in stored.files})
        except Exception:  # cut off or damaged in any way, which numpy and zip have many errors for
            return None
        return state

    def save(self, key: str, state: Mapping[str, Any]) -> None:
        """Save arrays and JSON values by name, in place of those before: whenever this is killed, one state is whole.

        The arrays get a file of a new name, and the JSON file, which replaces the old one in one go, says which. Arrays
        that no JSON file speaks of are removed last.
        """
        import numpy as np

        if self.folder is None:
            return
        self._note_attempt(self.folder)
        arrays = {name: value for name, value in state.items() if isinstance(value, np.ndarray)}
        values = {name: value for name, value in state.items() if name not in arrays}
        current = f"{key}.{os.urandom(4).hex()}.npz" if arrays else None
        if current:
            with atomic_path(self.folder / current) as temporary, temporary.open("wb") as file:
                np.savez(file, **arrays)  # type: ignore[arg-type]
        write_json(self.folder / f"{key}.json", values | {ARRAYS_OF: current})
        for path in (self.folder / key).parent.glob("*.npz"):
            if _is_of(path.relative_to(self.folder).as_posix(), key) and path != self.folder / (current or ""):
                with contextlib.suppress(OSError):
                    path.unlink()

    def path(self, filename: str) -> Path:
        """A path in the step's folder, for states with a format of their own; a scratch folder outside the engine."""
        if self.folder is None:
            import tempfile

            self._scratch = self._scratch or tempfile.TemporaryDirectory(prefix="tpdl-")
            return Path(self._scratch.name) / filename
        self._note_attempt(self.folder)
        return self.folder / filename

    def _note_attempt(self, folder: Path) -> None:
        attempt = {"started": self._started, "before": self.spent_before, "observed": self._observed()}
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / ATTEMPT, attempt)


def _arrays_of_old(folder: Path, key: str) -> str | None:
    """The arrays' file of a state in which nothing is said of it: tpdl 0.1 wrote it under the state's own name."""
    return f"{key}.npz" if (folder / f"{key}.npz").exists() else None


def _is_of(filename: str, key: str) -> bool:
    """Whether a file in a folder of checkpoints holds, or held, the arrays that were saved under `key`.

    >>> _is_of("training.5f2c07be.npz", "training")
    True
    >>> _is_of("training.best.5f2c07be.npz", "training")
    False
    """
    return re.fullmatch(re.escape(key) + r"(\.[0-9a-f]{8})?\.npz", filename) is not None


def _spent(folder: Path) -> float:
    """Seconds from the start of the last attempt to its last saved state, and of those before it."""
    try:
        attempt = read_json(folder / ATTEMPT)
        saved = max(path.stat().st_mtime for path in folder.rglob("*") if path.name != ATTEMPT)
        return float(attempt["before"] + max(0.0, saved - attempt["started"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return 0.0


def observed_until(folder: Path) -> list[Any]:
    """What the attempts had read that saved the states in `folder`, as events that came before any of this process."""
    try:
        events = read_json(folder / ATTEMPT)["observed"]
        return [[*event[:3], index - len(events)] for index, event in enumerate(events)]
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return []


class Progress:
    """How far the running step is. A step uses the one there is, `tpdl.progress`; `tpdl run` shows it as a bar.

    Examples:
        >>> from tpdl import progress
        >>> losses = []
        >>> for epoch in progress(range(3), "epochs"):
        ...     losses.append(round(1 / (epoch + 1), 2))
        ...     progress.update(loss=losses[-1])
        >>> losses
        [1.0, 0.5, 0.33]

    The state goes through a small file, so that any executor will do. Nothing is shown outside of `tpdl run`.
    """

    interval = 0.2
    """Seconds between two writes at the least."""

    def __init__(self) -> None:
        self.file: Path | None = None
        self.shown: Callable[[dict[str, Any]], None] | None = None
        """Told of every state that is written, where the step runs in the process of `tpdl run` itself."""
        self._state: dict[str, Any] = {}
        self._written = 0.0

    def begin(self, file: Path) -> None:
        """Say in `file` from now on how far a step is; what the step before it in this process has said is over."""
        self.file, self._state, self._written = file, {}, 0.0

    def __call__(self, items: Iterable[Item], unit: str = "", total: int | None = None) -> Iterator[Item]:
        """Iterate over `items` and show how many are done."""
        if total is None and isinstance(items, Sized):
            total = len(items)
        for done, item in enumerate(items):
            self.update(done=done, total=total, unit=unit)
            yield item
        self.update(done=total, total=total, unit=unit)

    def update(self, **values: Any) -> None:
        """Show values such as epoch and loss. Calls that come too fast are skipped."""
        if self.file is None:
            return
        self._state.update(values)
        now = time.monotonic()
        if now - self._written < self.interval:
            return
        self._written = now
        try:
            temporary = self.file.with_suffix(".tmp")
            temporary.write_text(json.dumps(self._state, default=float))
            temporary.replace(self.file)
        except (OSError, TypeError, ValueError):
            self.file = None  # a display must never stop a training
        if self.shown:
            self.shown(dict(self._state))


checkpoint = Checkpoint()
progress = Progress()
notes: dict[str, Any] = {}


def note(**values: Any) -> None:
    """Put JSON values, such as images per second, into the record of what happened; they decide nothing.

    Examples:
        >>> from tpdl import note
        >>> note(images_per_second=412.5, batch=64)

        The record of the step then holds, under `happened`, `"images_per_second": 412.5` and `"batch": 64`.

    Raises:
        TypeError: a value is not JSON.
    """
    json.dumps(values)
    notes.update(values)
