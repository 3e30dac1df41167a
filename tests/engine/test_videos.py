"""Videos: encoded to the same bytes each time, with three frames beside them, and what is refused in a line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tpdl import StepError, Video
from tpdl.videos import ENLARGED, STILL, STILLS, is_of_video, write_video

VIDEO = """
import numpy as np

from tpdl import Arrays, Video, experiment, figure


@experiment()
def line(n: int = 6) -> Arrays:
    frames = np.zeros((n, 20, 30, 3), np.uint8)
    for step, frame in enumerate(frames):
        frame[step] = 255
    return {"frames": frames}


@figure(line, format="video", caption="A line.", alt="A line moves down.")
def line_video(arrays: Arrays) -> Video:
    return Video(arrays["frames"], fps=5)
"""


def moving(height: int, width: int, count: int = 5) -> np.ndarray:
    """Frames of colour that change, of any size: uint8 [count, height, width, 3]."""
    rows, columns, time = np.arange(height)[:, None], np.arange(width), np.arange(count)[:, None, None]
    channels = [
        (5 * rows + 20 * time) % 256,
        (3 * columns + 0 * rows + 20 * time) % 256,
        40 * time + 0 * rows + 0 * columns,
    ]
    return np.stack(np.broadcast_arrays(*channels), axis=-1).astype(np.uint8)


def written(folder: Path, video: Video) -> list[Path]:
    paths = [folder / "v.mp4", *(folder / f"v.{still}{STILL}" for still in STILLS)]
    write_video(paths, video)
    return paths


def decoded(path: Path) -> np.ndarray:
    import av

    with av.open(str(path)) as film:
        return np.stack(
            [frame.reformat(format="rgb24", src_colorspace="ITU709").to_ndarray() for frame in film.decode(video=0)]
        )


def test_frames_come_back_and_bytes_are_the_same(tmp_path):
    av = pytest.importorskip("av", reason="needs tpdl[video]")
    frames = moving(97, 131)  # both odd, which H.264 knows nothing of
    contents = set()
    for _ in range(3):
        paths = written(tmp_path, Video(frames, fps=12.5))
        contents.add(tuple(path.read_bytes() for path in paths))
    assert len(contents) == 1
    found = decoded(paths[0])
    assert found.shape == (5, 98, 132, 3)
    assert np.abs(found[:, :97, :131].astype(int) - frames).mean() < 6
    with av.open(str(paths[0])) as film:
        assert film.streams.video[0].average_rate == 12.5
        assert film.streams.video[0].codec_context.pix_fmt == "yuv420p"
    stills = [np.asarray(Image.open(path), int) for path in paths[1:]]
    for still, place in zip(stills, (0, 2, 4), strict=True):
        assert np.abs(still[:97, :131] - frames[place]).mean() < 4
    assert paths[0].read_bytes().index(b"moov") < paths[0].read_bytes().index(b"mdat"), (
        "a page knows its length at once"
    )


def test_pixels_of_a_game_are_enlarged_by_a_whole_factor_and_grey_is_colour(tmp_path):
    pytest.importorskip("av", reason="needs tpdl[video]")
    frames = np.zeros((1, 84, 84), np.uint8)
    frames[0, :42] = 255
    found = decoded(written(tmp_path, Video(frames, fps=30, pixelated=True))[0])
    assert found.shape == (1, 252, 252, 3) and ENLARGED >= 252
    assert found[0, 120].min() > 250 and found[0, 130].max() < 5


@pytest.mark.parametrize(
    ("video", "message"),
    [
        (Video(np.zeros((2, 8, 8, 3)), 10), "the frames of a video are arrays of uint8; these are of float64"),
        (Video(np.zeros((2, 8, 8, 4), np.uint8), 10), r"a frame has shape \[8, 8, 4\]"),
        (Video(np.zeros((0, 8, 8, 3), np.uint8), 10), "the video has no frames"),
        (Video(np.zeros((2, 8, 8, 3), np.uint8), 0.5), "0.5 frames a second; give it 1 to 120"),
        (Video(np.zeros((2, 8, 2000, 3), np.uint8), 10), "2000 × 8 pixels; make it smaller, 1920 at most"),
        (Video([np.zeros((8, 8, 3), np.uint8), np.zeros((8, 9, 3), np.uint8)], 10), "frame 1 of the video is uint8"),
    ],
)
def test_what_is_refused(tmp_path, video, message):
    pytest.importorskip("av", reason="needs tpdl[video]")
    with pytest.raises(StepError, match=message):
        written(tmp_path, video)
    assert list(tmp_path.iterdir()) == []


def test_a_video_is_a_figure_with_a_record(lab):
    pytest.importorskip("av", reason="needs tpdl[video]")
    lab.write("experiments/lines.py", VIDEO)
    said = lab.tpdl("run", "line", "line.mp4")
    assert "done    line.mp4" in said and "declare" not in said
    names = {path.name for path in (lab.root / "figures").iterdir() if is_of_video(path)}
    assert names == {"line.mp4", "line.first.jpg", "line.middle.jpg", "line.last.jpg"}
    assert lab.states("line") == {"line": "fresh", "line.mp4": "fresh"}
    (lab.root / "figures/line.middle.jpg").write_bytes(b"another")
    assert lab.not_fresh()["line.mp4"].startswith("stale: product line.middle.jpg")
    lab.edit("experiments/lines.py", "return Video(", "return 'no video' or Video(")
    assert "line.mp4 must return a tpdl.Video; it returned str" in lab.tpdl("run", "line.mp4", code=1)


def test_without_the_library_one_line_says_what_brings_it(lab):
    lab.write("experiments/lines.py", VIDEO)
    lab.write("av.py", "raise ImportError\n")
    said = lab.tpdl("run", "line", "line.mp4", code=1)
    assert "a video is encoded by PyAV, which is not installed here; pip install 'tpdl[video]'" in said
