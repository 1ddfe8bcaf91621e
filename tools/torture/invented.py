"""Files that Hypothesis invents: well-formed in their container, with odd values, types, shapes and names in places.

A mutation of bytes seldom gets past a checksum or a parser; these do, and reach the checks behind.
"""

from __future__ import annotations

import contextlib
import copy
import gzip
import io
import json
import tomllib
import zlib
from collections.abc import Callable
from typing import Any

import h5py
import hypothesis
import numpy as np
import safetensors.numpy
import tomli_w
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tools.torture.mutated import NUMBERS, damaged

PNG, HDF5, ZIP, GZIP = b"\x89PNG\r\n\x1a\n", b"\x89HDF", b"PK", b"\x1f\x8b"
_TYPES = "?bBhHiIqQefdFDSU"  # NumPy's letters: truth, whole numbers, floating point, complex, bytes, text
_LENGTHS = st.sampled_from([0, 1, 2, 3, 4, 7, 8, 64, 255, 256, 257])

_ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, -1, 1, 2, 255, 256, 257, 65_536, 2**31, 2**32, 2**63, 10**30, 0.5, 1e308, 1e-320]),
    st.floats(),
    st.integers(-(2**70), 2**70),
    st.sampled_from(["", "x", "../x", "/dev/zero", "a\nb", "\0", "é\u202e", "x" * 5_000, "1", "none", "true", "[]"]),
    st.text(max_size=8),
)
odd_values = st.recursive(
    _ODD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def examples(content: bytes, seed: int, count: int) -> list[bytes]:
    """Give so many other contents of the same kind; the same seed gives the same."""
    found: list[bytes] = []

    @hypothesis.seed(seed)
    @settings(
        max_examples=count, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(invented(content))
    def keep(example: bytes) -> None:
        found.append(example)

    keep()
    return found


def invented(content: bytes) -> st.SearchStrategy[bytes]:
    """Give the strategy for files of the kind that this is one of."""
    for begins, strategy in ((ZIP, _npz), (HDF5, _hdf5), (PNG, _png)):
        if content.startswith(begins):
            return strategy(_Content(content))
    if content.startswith(GZIP):
        return _fields(gzip.decompress(content)).map(lambda other: gzip.compress(other, mtime=0))
    if content[8:9] == b"{":
        return _safetensors(content) | _header(content)
    with contextlib.suppress(json.JSONDecodeError):
        text = content.decode("latin-1")  # a header in JSON may stand before bytes
        tree, end = json.JSONDecoder().raw_decode(text)
        return changed(tree).map(lambda other: _json(other) + content[end:])
    with contextlib.suppress(tomllib.TOMLDecodeError, UnicodeDecodeError):
        return changed(tomllib.loads(content.decode())).map(_toml)
    return _fields(content)


class _Content(bytes):
    """Bytes that Hypothesis does not print, whole, with every error."""

    def __repr__(self) -> str:
        return f"<{len(self)} bytes>"


@st.composite
def changed(draw: st.DrawFn, tree: Any) -> Any:
    """Change a tree of JSON's values in one to three places: another value, a key less, a value from elsewhere."""
    tree = copy.deepcopy(tree)
    for _ in range(draw(st.integers(1, 3))):
        if not tree or not isinstance(tree, dict | list):
            break
        within, key = _place(draw, tree)
        action = draw(st.sampled_from(["odd", "number", "gone", "other", "more"]))
        if action == "gone":
            del within[key]
        elif action == "other":
            source, name = _place(draw, tree)
            within[key] = copy.deepcopy(source[name])
        elif action == "more" and isinstance(within, dict):
            within[draw(st.text(max_size=6))] = draw(odd_values)
        elif action == "number" and type(within[key]) in (int, float):
            within[key] = draw(st.sampled_from([within[key] + 1, within[key] - 1, -within[key], within[key] * 1000]))
        else:
            within[key] = draw(odd_values)
    return tree


def _place(draw: st.DrawFn, tree: Any) -> tuple[Any, Any]:
    """Give a place in a tree: what holds it, and its key there."""
    while True:
        keys = sorted(tree) if isinstance(tree, dict) else range(len(tree))
        key = draw(st.sampled_from(keys))
        inner = tree[key]
        if not inner or not isinstance(inner, dict | list) or draw(st.integers(0, 3)) == 0:
            return tree, key
        tree = inner


def _json(tree: Any) -> bytes:
    return json.dumps(tree).encode(errors="replace")


def _toml(tree: Any) -> bytes:
    """Write TOML where the tree can be said in it, and JSON where not, which is another odd file."""
    try:
        return tomli_w.dumps(tree).encode(errors="replace")
    except (TypeError, AttributeError):
        return _json(tree)


@st.composite
def changed_arrays(draw: st.DrawFn, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Change one to three arrays: their type, shape, values, name, or that they are there."""
    arrays = dict(arrays)
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(sorted(arrays)))
        action = draw(st.sampled_from(["other", "value", "gone", "renamed", "swapped"]))
        if action == "gone" and len(arrays) > 1:
            del arrays[name]
        elif action == "renamed":
            arrays[draw(st.text(st.characters(codec="ascii", exclude_characters="\0/"), min_size=1))] = arrays[name]
        elif action == "swapped":
            arrays[name] = arrays[draw(st.sampled_from(sorted(arrays)))]
        elif action == "value":
            arrays[name] = draw(_other_value(arrays[name]))
        else:
            arrays[name] = draw(other_arrays)
    return arrays


@st.composite
def _other_value(draw: st.DrawFn, array: np.ndarray) -> np.ndarray:
    """Give the array with one value at the end of its type's range, or no number."""
    array = np.array(array)
    if not array.size or array.dtype.kind not in "biuf":
        return array
    kind = array.dtype.kind
    ends = [np.nan, np.inf, -1e30, -0.1, 1.1] if kind == "f" else [True] if kind == "b" else _ends(array.dtype)
    array.flat[draw(st.integers(0, array.size - 1))] = draw(st.sampled_from(ends))
    return array


def _ends(dtype: np.dtype) -> list[int]:
    return [np.iinfo(dtype).min, np.iinfo(dtype).max]


@st.composite
def _other_arrays(draw: st.DrawFn) -> np.ndarray:
    shape = tuple(draw(st.lists(_LENGTHS, max_size=3)))
    while np.prod(shape) > 2**20:
        shape = shape[:-1]
    return np.full(shape, draw(st.sampled_from([0, 1, 3, 200]))).astype(draw(st.sampled_from(_TYPES)))


other_arrays = _other_arrays()


def _npz(content: bytes) -> st.SearchStrategy[bytes]:
    with np.load(io.BytesIO(content)) as file:
        arrays = dict(file)
    return changed_arrays(arrays).map(_to_npz)


def _to_npz(arrays: dict[str, np.ndarray]) -> bytes:
    file = io.BytesIO()
    np.savez(file, allow_pickle=True, **{name: array for name, array in arrays.items() if name != "file"})
    return file.getvalue()


def _safetensors(content: bytes) -> st.SearchStrategy[bytes]:
    """Change arrays, or the JSON that stands in the header as text."""
    arrays, texts = safetensors.numpy.load(content), _header_of(content).get("__metadata__", {})
    return st.builds(_to_safetensors, st.just(arrays) | changed_arrays(arrays), st.just(texts) | _other_texts(texts))


def _to_safetensors(arrays: dict[str, np.ndarray], texts: dict[str, str]) -> bytes:
    kept = {name: np.ascontiguousarray(array) for name, array in arrays.items() if array.dtype.kind in "biuf"}
    return safetensors.numpy.save(kept, {key: text.encode(errors="replace").decode() for key, text in texts.items()})


@st.composite
def _other_texts(draw: st.DrawFn, texts: dict[str, str]) -> dict[str, str]:
    texts = dict(texts)
    if texts:
        key = draw(st.sampled_from(sorted(texts)))
        texts[key] = _json(draw(changed({"": json.loads(texts[key])})).get("")).decode()
    return texts


def _header_of(content: bytes) -> Any:
    return json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])


def _header(content: bytes) -> st.SearchStrategy[bytes]:
    """Change what the header of a safetensors file says of types, shapes and places, and leave the data."""
    data = content[8 + int.from_bytes(content[:8], "little") :]
    written = changed(_header_of(content)).map(_json)
    return written.map(lambda header: len(header).to_bytes(8, "little") + header + data)


@st.composite
def _hdf5(draw: st.DrawFn, content: bytes) -> bytes:
    """Change one to three things that have a name in an HDF5 file."""
    file = io.BytesIO(content)
    with h5py.File(file, "r+") as within:
        names: list[str] = []
        within.visit(names.append)
        for name in draw(st.lists(st.sampled_from(sorted(names)), min_size=1, max_size=3, unique=True)):
            if name in within:
                draw(st.sampled_from(_HDF5_WAYS))(draw, within, name)
    return file.getvalue()


def _hdf5_array(draw: st.DrawFn, within: h5py.File, name: str) -> None:
    array = draw(other_arrays)
    del within[name]
    within[name] = array.astype("S") if array.dtype.kind == "U" else array


def _hdf5_value(draw: st.DrawFn, within: h5py.File, name: str) -> None:
    if isinstance(within[name], h5py.Dataset) and within[name].shape is not None:
        array = draw(_other_value(np.asarray(within[name][()])))
        del within[name]
        within[name] = array


def _hdf5_text(draw: st.DrawFn, within: h5py.File, name: str) -> None:
    del within[name]
    within[name] = draw(st.sampled_from(["", "LIF", "Linear", "Affine", "IF", "é", "x" * 5_000]))


def _hdf5_group(draw: st.DrawFn, within: h5py.File, name: str) -> None:
    del within[name]
    within.create_group(name)


def _hdf5_empty(draw: st.DrawFn, within: h5py.File, name: str) -> None:
    del within[name]
    within[name] = h5py.Empty(draw(st.sampled_from(["f4", "i8", "S3"])))


def _hdf5_huge(draw: st.DrawFn, within: h5py.File, name: str) -> None:
    del within[name]
    shape = draw(st.sampled_from([(2**40,), (2**16, 2**16), (0, 2**40), (1, 2**33)]))
    within.create_dataset(name, shape, "f4", chunks=True, compression="gzip")  # a few bytes until it is read


def _hdf5_gone(draw: st.DrawFn, within: h5py.File, name: str) -> None:
    del within[name]


_HDF5_WAYS: list[Callable[[st.DrawFn, h5py.File, str], None]] = [
    _hdf5_array, _hdf5_value, _hdf5_text, _hdf5_group, _hdf5_empty, _hdf5_huge, _hdf5_gone,
]  # fmt: skip


@st.composite
def _png(draw: st.DrawFn, content: bytes) -> bytes:
    """Change what stands in a chunk of a PNG, or how often it is there; its checksum is right."""
    chunks, at = [], len(PNG)
    while at < len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        chunks.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + length]))
        at += 12 + length
    number = draw(st.integers(0, len(chunks) - 1))
    kind, data = chunks[number]
    action = draw(st.sampled_from(["field", "field", "damaged", "gone", "twice", "other"]))
    if action == "gone":
        del chunks[number]
    elif action == "twice":
        chunks.insert(number, chunks[number])
    elif action == "other":
        chunks.insert(number, (draw(st.sampled_from([b"zTXt", b"iCCP", b"acTL", b"tRNS", b"PLTE"])), data * 50))
    elif action == "damaged":
        chunks[number] = kind, damaged(data, draw(st.randoms(use_true_random=False)))
    else:
        chunks[number] = kind, draw(_fields(data))
    return PNG + b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big") for kind, data in chunks
    )


@st.composite
def _fields(draw: st.DrawFn, content: bytes) -> bytes:
    """Put numbers of 1, 2 or 4 bytes where headers have theirs."""
    found = bytearray(content)
    for _ in range(draw(st.integers(1, 3))):
        width = draw(st.sampled_from([1, 2, 4]))
        at = width * draw(st.integers(0, max(0, min(len(content), 64) // width - 1)))
        number = draw(st.sampled_from(NUMBERS) | st.integers(0, 2**32 - 1)) % 256**width
        found[at : at + width] = number.to_bytes(width, draw(st.sampled_from(["big", "little"])))
    return bytes(found)
