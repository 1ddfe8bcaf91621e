"""A program as C99: tables in constant memory, and the loops that walk them.

A layered program takes an image through core after core; any other goes tick by tick, its spikes on their way in a ring
of ticks. Both give the output spikes of the reference simulator, one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import numpy as np

from spikeloom.chip.program import ChipProgram
from spikeloom.errors import ExportError
from spikeloom.export.c.arrays import Array, arrays_of, classes_rotate, limit_index
from spikeloom.export.c.names import identifier, string
from spikeloom.export.c.parts import JUMP, SKIP, Parts, parts_of, shape_of
from spikeloom.export.expected import expected_lines
from spikeloom.export.features import FEATURES, Support
from spikeloom.export.format import Exported, Options
from spikeloom.export.rendering import templates_of
from spikeloom.export.tables.inputs import lines_are_regular
from spikeloom.export.tables.layout import Tables, tables_of
from spikeloom.interface import Interface
from spikeloom.randomness.streams import INPUT_STREAM, LEAK_PURPOSE, THRESHOLD_PURPOSE
from spikeloom.writing import write_atomically

SUPPORT = {feature.name: Support("faithful", "the same spikes, one by one") for feature in FEATURES} | {
    "neurons that go nowhere": Support("equivalent", "left out: they reach no output"),
    "placement on chips": Support("equivalent", "left out: a program in C has no places"),
}

FILES = ("network.h", "network.c", "main.c", "spikes.c", "Makefile", "CMakeLists.txt", "README.md")
_LINES_MAX = 2**24  # three bytes of a tap
_CLASSES_MAX = 2**15  # of a number of 16 bits
_FLAGS = {"size": "-Os", "speed": "-O3 -march=native"}


class COptions(Options):
    """What the tables are chosen for."""

    optimise: Literal["size", "speed"] = "size"


BY_SIZE = COptions()


def write_c(exported: Exported, folder: Path, options: COptions = BY_SIZE) -> list[Path]:
    """Write the network, two programs around it, what builds them and a README; give their paths.

    Raises
    ------
    ExportError
        If the program has more input lines than its tables can number.
    """
    values = _values(exported, options)
    names = [name for name in FILES if name != "main.c" or exported.program.interface is not None]
    for name in names:
        write_atomically(folder / name, _TEMPLATES.get_template(name).render(values).encode())
    if exported.images is not None and exported.outputs is not None:
        write_atomically(folder / "images.bin", exported.images.tobytes())
        write_atomically(folder / "expected.txt", expected_lines(exported).encode())
        names += ["images.bin", "expected.txt"]
    return [folder / name for name in names]


def told_c(exported: Exported, options: COptions = BY_SIZE) -> list[str]:
    """Give what is to be known of an export: its name in C, and the memory that it takes."""
    values = _values(exported, options)
    memory = ", ".join(f"{name} {n_bytes:,} bytes" for name, n_bytes in values["memory"].items())
    named = f"'{exported.name}' is named {values['prefix']} in C"
    return [named, f"{memory}; code comes on top, 1 to 3 KB on a Cortex-M"]


_TEMPLATES = templates_of("spikeloom.export.c")


def _values(exported: Exported, options: COptions) -> dict[str, Any]:
    """Give everything that the templates name."""
    program, interface = exported.program, exported.program.interface
    if len(program.inputs) > _LINES_MAX:
        raise ExportError(f"program: {len(program.inputs):,} input lines; tables in C number {_LINES_MAX:,}")
    if interface is not None and interface.n_classes >= _CLASSES_MAX:
        raise ExportError(f"program: {interface.n_classes:,} classes; C numbers them below {_CLASSES_MAX:,}")
    tables, for_size = tables_of(program), options.optimise == "size"
    if not any(len(core.axons) for core in tables.cores):
        raise ExportError("program: no input and no neuron leads through an axon to an output line; nothing is left")
    parts, prefix = parts_of(tables, for_size), identifier(exported.name)
    values = {
        "title": exported.name,
        "prefix": prefix,
        "PREFIX": prefix.upper(),
        "version": version("spikeloom"),
        "facts": _facts(program, tables),
        "how": _how(tables, options),
        "programs": ["spikes"] if interface is None else ["classify", "spikes"],
        "flags": _FLAGS[options.optimise],
        "has_images": exported.images is not None and exported.outputs is not None,
        "n_images": 0 if exported.images is None else len(exported.images),
        **_of_cores(tables, parts, for_size),
        **_of_images(program, exported.seed),
        "arrays": arrays_of(tables, parts, for_size),
        "at_once": interface is None or tables.layered or interface.reset,
    }
    return values | {"memory": _memory(values)}


def _facts(program: ChipProgram, tables: Tables) -> str:
    return (
        f"{program.n_cores:,} cores, {tables.n_neurons:,} neurons that can reach an output, "
        f"{len(program.inputs):,} input lines, {len(program.outputs):,} output lines."
    )


def _how(tables: Tables, options: COptions) -> str:
    chosen = f"Tables chosen for {options.optimise}."
    if tables.layered:
        return f"{chosen} An image goes through core after core."
    return f"{chosen} Goes tick by tick: {tables.why_not_layered}."


def _of_cores(tables: Tables, parts: Parts, for_size: bool) -> dict[str, Any]:
    """Give what stands in the loops over cores."""
    cores, layered = tables.cores, tables.layered
    shapes = [shape_of(core, parts.word_bits) for core in cores]
    has_shapes = not for_size and not parts.stochastic_synapses and not parts.listed.all()
    distinct = list(dict.fromkeys(shapes))
    rows = []
    for core, n_runs, listed, shape in zip(cores, parts.runs.per_core.tolist(), parts.listed, shapes, strict=True):
        row: list[Any] = [len(core.neurons), len(core.taps), n_runs]
        row.append("{ " + ", ".join(str(start) for start in core.type_starts) + " }")
        row += [int(listed)] if parts.listed.any() else []
        row += [distinct.index(shape)] if has_shapes else []
        row += [f"{core.seed}u"] if parts.draws else []
        rows.append(row)
    has_taps = any(len(core.taps) for core in cores)
    longest = max((int(core.delays.max(initial=1)) for core in cores), default=1)  # ticks that a spike is on its way
    return {
        "layered": layered,
        "ahead": tables.answer_age if layered else 0,
        "n_lines": len(tables.program.inputs),
        "n_outputs": len(tables.program.outputs),
        "n_slots": 1 if layered else longest + 1,
        "n_neurons": tables.n_neurons,
        "word": f"uint{parts.word_bits}_t",
        "word_bits": parts.word_bits,
        "n_words": parts.n_words,
        "n_pieces": max((sum(len(words) for words in shape) for shape in shapes), default=0) + 1,
        "cores": rows,
        "count_bits": 16 if max((max(row[:3]) for row in rows), default=0) < 2**16 else 32,
        "n_dense": int((~parts.listed).sum()),
        "has_lists": bool(parts.listed.any()),
        "has_shapes": has_shapes,
        "shapes": [_expression(shape) for shape in distinct],
        "taps": "" if not has_taps else "stream" if for_size else "pairs",
        "stateful": parts.stateful,
        "draws": parts.draws,
        "stochastic_synapses": parts.stochastic_synapses,
        "uses": parts.columns,
        "columns": list(parts.columns.values()),
        "has_packed": any(column.packed for column in parts.columns.values()),
        "SKIP": SKIP,
        "JUMP": JUMP,
        "LEAK_PURPOSE": LEAK_PURPOSE,
        "THRESHOLD_PURPOSE": THRESHOLD_PURPOSE,
    }


def _expression(shape: tuple[tuple[int, ...], ...]) -> str:
    """Give the weighted sum over the words of a row as one expression, a type after another."""
    terms, piece = [], 0
    for axon_type, words in enumerate(shape):
        if words:
            counts = " + ".join(f"ones(row[{word}] & pieces[{piece + n}])" for n, word in enumerate(words))
            terms.append(f"strength(neuron * AXON_TYPES + {axon_type}) * (int32_t)({counts})")
            piece += len(words)
    return "\n                            + ".join(terms) or "0"


def _of_images(program: ChipProgram, seed: int) -> dict[str, Any]:
    """Give what stands in the functions that show images and count votes."""
    interface = program.interface
    if interface is None:
        return {"interface": None, "bernoulli": False}
    rows, columns, channels = interface.value_shape
    voters = interface.readout.voters(program.outputs.classes, interface.n_classes, interface.ticks_per_image)
    return {
        "interface": interface,
        "shape": _shape(interface),
        "n_rows": rows,
        "n_columns": columns,
        "channels": channels,
        "n_places": rows * columns * channels,
        "members": np.unique(program.inputs.members).tolist(),
        "regular": lines_are_regular(program, interface),
        "bernoulli": not interface.coding.certain,
        "limit_index": limit_index(interface),
        "seed": seed,
        "INPUT_STREAM": INPUT_STREAM,
        "class_names": [string(name) for name in interface.class_names],
        "vote_bits": 16 if voters.max(initial=0) < 2**16 else 32,
        "voters": [max(int(most), 1) for most in voters],
        "same_voters": len(set(voters.tolist())) == 1,
        "classes_rotate": classes_rotate(program, interface),
    }


def _shape(interface: Interface) -> str:
    frames = interface.frames.n_frames
    rows, columns, channels = interface.value_shape
    return f"{f'{frames} frames of ' if frames > 1 else ''}{rows} x {columns} x {channels} values"


def _memory(values: Mapping[str, Any]) -> dict[str, int]:
    """Give the bytes of tables and state; alignment may add a few."""
    arrays: list[Array] = values["arrays"]
    synapses = sum(array.numbers.nbytes for array in arrays if array.name in ("ROWS", "LISTS"))
    small = values["has_lists"] + values["has_shapes"]
    each = 3 * values["count_bits"] // 8 + 10 + small + 4 * values["draws"]
    others = sum(array.numbers.nbytes for array in arrays) - synapses + each * len(values["cores"])
    state = values["n_slots"] * values["n_words"] * values["word_bits"] // 8
    streams = not values["layered"] and values["interface"] is not None and not values["interface"].reset
    state += 4 * values["n_neurons"] * values["stateful"] + 8 * (not values["layered"]) + 8 * streams
    if values["interface"] is not None:
        lines = (values["n_lines"] + 7) // 8 + (values["n_outputs"] + 7) // 8
        state += lines + values["vote_bits"] // 8 * values["interface"].n_classes + 4
    return {"synapses": synapses, "other tables": others, "state (RAM)": state}
