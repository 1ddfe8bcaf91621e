"""Recordings of events, cut into frames by hand; the binary format of N-MNIST byte by byte."""

import sys
import types

import numpy as np
import pytest

from spikeloom.data import from_recordings, load_dataset
from spikeloom.data.events import Events, frames_of, read_recording
from spikeloom.errors import DataError, PeerError
from spikeloom.interface import Preparation

FIELDS = [("x", np.int16), ("y", np.int16), ("t", np.int64), ("p", bool)]
EVENTS = np.array([(0, 1, 0, True), (2, 0, 5, False), (1, 1, 9, True)], FIELDS)


def test_events_fall_into_frames_of_equal_duration():
    events = Events(*(EVENTS[name].astype(np.int64) for name in "txyp"))
    frames = frames_of(events, (2, 3), 2)  # ten microseconds in two frames
    assert np.argwhere(frames).tolist() == [[0, 1, 0, 1], [1, 0, 2, 0], [1, 1, 1, 1]]
    assert set(np.unique(frames)) == {0, 255}


def test_binary_events_are_read_bit_by_bit(tmp_path):
    # x 3, y 17, on, 0x012345 microseconds; then x 33, y 0, off, 8388607, the largest
    (tmp_path / "a.bin").write_bytes(bytes([3, 17, 0x81, 0x23, 0x45, 33, 0, 0x7F, 0xFF, 0xFF]))
    events = read_recording(tmp_path / "a.bin")
    assert (events.x.tolist(), events.y.tolist(), events.p.tolist()) == ([3, 33], [17, 0], [1, 0])
    assert events.t.tolist() == [0x012345, 8_388_607]


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".bin"])
def test_a_folder_of_recordings_is_a_data_set_of_frames(tmp_path, suffix):
    for split in ("Train", "Test"):
        for label in ("0", "1"):
            place = tmp_path / split / label
            place.mkdir(parents=True)
            if suffix == ".npy":
                np.save(place / "a.npy", EVENTS)
            elif suffix == ".npz":
                np.savez(place / "a.npz", **{name: EVENTS[name] for name in "txyp"})
            else:
                (place / "a.bin").write_bytes(bytes([0, 1, 128, 0, 0, 2, 0, 0, 0, 5, 1, 1, 128, 0, 9]))
    data = load_dataset(tmp_path, "test")
    assert (data.images.shape, data.labels.tolist()) == ((2, 16, 2, 3, 2), [0, 1])
    assert data.images[0].any(0).sum() == 3


def test_what_tonic_loads_is_a_data_set_too():
    class Recordings(list):
        sensor_size, classes = (4, 2, 2), ["left", "right"]

    data = from_recordings(Recordings([(EVENTS, 0), (EVENTS[:1], 1)]), ticks=5)
    assert (data.images.shape, data.class_names) == ((2, 5, 2, 4, 2), ("left", "right"))


def test_events_outside_the_sensor_and_files_without_events_are_refused(tmp_path):
    with pytest.raises(DataError, match="event at row 0, column 2; the sensor has 2 x 2; name its size with --size"):
        from_recordings([(EVENTS, 0)], sensor=(2, 2))
    with pytest.raises(DataError, match="has no field t, y, p"):
        from_recordings([({"x": np.zeros(3)}, 0)])
    (tmp_path / "a.bin").write_bytes(b"seven b")
    with pytest.raises(DataError, match="a.bin: has 7 bytes; 5 an event are needed"):
        read_recording(tmp_path / "a.bin")


def test_a_data_set_of_tonic_is_named(monkeypatch):
    class Gestures:
        sensor_size, classes = (4, 2, 2), ["left", "right"]

        def __init__(self, save_to, train=True):
            self._recordings = [(EVENTS, 0), (EVENTS, 1)][: 2 if train else 1]

        def __iter__(self):
            return iter(self._recordings)

    class Unsplit:
        def __init__(self, save_to):
            raise AssertionError("is not to be made")

    datasets = types.ModuleType("tonic.datasets")
    datasets.Gestures, datasets.Unsplit = Gestures, Unsplit
    monkeypatch.setitem(sys.modules, "tonic", types.ModuleType("tonic"))
    monkeypatch.setitem(sys.modules, "tonic.datasets", datasets)
    data = load_dataset("tonic:Gestures", "test", Preparation(ticks=4))
    assert (data.images.shape, data.source, data.class_names) == ((1, 4, 2, 4, 2), "tonic:Gestures", ("left", "right"))
    with pytest.raises(DataError, match="has no training and test part; split it yourself"):
        load_dataset("tonic:Unsplit")
    with pytest.raises(DataError, match="tonic has none of this name; did you mean 'Gestures'"):
        load_dataset("tonic:Gesture")


def test_without_tonic_the_way_to_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "tonic", None)
    with pytest.raises(PeerError, match=r"pip install 'spikeloom\[tonic\]'"):
        load_dataset("tonic:NMNIST")


def test_the_sensor_is_what_training_recordings_reach_in_both_splits_and_others_are_left_out(tmp_path, caplog):
    for split, columns in (("train", (0, 9)), ("test", (5, 12))):
        (tmp_path / split / "a").mkdir(parents=True)
        for number, column in enumerate(columns):
            fields = {"t": [0.5], "x": [column], "y": [1], "p": [True]}
            np.savez(tmp_path / split / "a" / f"{number}.npz", **fields)
    train, test = load_dataset(tmp_path), load_dataset(tmp_path, "test")
    assert (train.value_shape, test.value_shape) == ((2, 10, 2), (2, 10, 2))
    assert len(test) == 1
    assert "left out 1 of its files: a/1.npz (event at row 1, column 12; the sensor has 2 x 10" in caplog.text


def test_damaged_recordings_of_every_kind_stop_nothing(tmp_path):
    place = tmp_path / "train/a"
    place.mkdir(parents=True)
    np.savez_compressed(place / "0.npz", **{name: EVENTS[name] for name in "txyp"})
    whole = (place / "0.npz").read_bytes()
    for number, at in enumerate(range(20, len(whole), 40), start=1):
        (place / f"{number}.npz").write_bytes(whole[:at] + bytes(20) + whole[at + 20 :])
    (place / "cut.npy").write_bytes(b"\x93NUMPY\x01\x00v\x00{'descr': ")
    assert len(load_dataset(tmp_path)) >= 1


def test_times_may_be_seconds_of_any_epoch():
    first = np.array([0.0, 0.5, 1.0])
    both = from_recordings(
        [({"t": first + start, "x": [0, 1, 2], "y": [0] * 3, "p": [1] * 3}, 0) for start in (0.0, 1.7e9)], ticks=4
    )
    assert np.array_equal(both.images[0], both.images[1])


@pytest.mark.parametrize("kind", [np.uint64, np.int64, np.float64, np.int8])
def test_times_at_both_ends_of_their_type_are_frames_or_refused(kind):
    ends = np.finfo(kind) if kind is np.float64 else np.iinfo(kind)
    events = {"t": np.array([ends.min, 0, ends.max], kind), "x": [0, 1, 2], "y": [0] * 3, "p": [1] * 3}
    if kind in (np.uint64, np.int64):
        with pytest.raises(DataError, match=r"recording 0: times from -?\d+ to \d+; a recording lasts at most"):
            from_recordings([(events, 0)], ticks=4)
        return
    frames = from_recordings([(events, 0)], ticks=4).images[0]
    assert [int(np.flatnonzero(frames[:, 0, x, 1])[0]) for x in range(3)] == [0, 1 if kind is np.float64 else 2, 3]


def test_nanoseconds_since_1970_are_times_as_any():
    start = 1_764_000_000_000_000_000
    events = {"t": np.array([start, start + 5, start + 9], np.uint64), "x": [0, 1, 2], "y": [0] * 3, "p": [0] * 3}
    frames = from_recordings([(events, 0)], ticks=2).images[0]
    assert [int(np.flatnonzero(frames[:, 0, x, 0])[0]) for x in range(3)] == [0, 1, 1]


def test_an_event_beyond_any_sensor_is_refused():
    events = {"t": [0], "x": [1e30], "y": [0], "p": [1]}
    with pytest.raises(DataError, match=r"recording 0: field x: 1e\+30; no sensor reaches that far"):
        from_recordings([(events, 0)])
