"""A layered program as synthesisable Verilog-2005: an engine that takes a neuron a clock and lane.

Images come in byte by byte and are held as bits; every core's axons are wires from there or from the spikes of cores
before it; a lane reads a neuron's row, counts, weighs and decides in a pipeline. A class is counted a clock at the end.
"""

from __future__ import annotations

import math
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field

from spikeloom.chip.program import ChipProgram
from spikeloom.errors import ExportError
from spikeloom.export.expected import expected_lines
from spikeloom.export.features import FEATURES, MEMORYLESS_ONLY, Support
from spikeloom.export.format import Exported, Options
from spikeloom.export.rendering import templates_of
from spikeloom.export.tables.inputs import byte_limits, pattern_of
from spikeloom.export.tables.layout import OUTPUTS, tables_of
from spikeloom.export.verilog.engine import Engine, axon_wires, engine_of, lines_of_classes, output_wires
from spikeloom.export.verilog.fpgas import PARTS, Need, check_part
from spikeloom.export.verilog.tree import stages_of, tree_over
from spikeloom.interface import Interface, Still
from spikeloom.interface.delays import NOW
from spikeloom.writing import write_atomically

_UNEVEN = "take paths of one length"
SUPPORT = {feature.name: Support("faithful", "the same spikes, one by one") for feature in FEATURES} | {
    **MEMORYLESS_ONLY,
    "delays above 1": Support("equivalent", "left out where all spikes that meet are of one age, refused elsewhere"),
    "circles of cores": Support("unsupported", _UNEVEN),
    "neurons that go nowhere": Support("equivalent", "left out: they reach no output"),
    "placement on chips": Support("equivalent", "left out: cores take turns"),
}
_FILES = (
    "network.v",
    "lane.v",
    "simulate.cpp",
    "alone.v",
    "serial.v",
    "ulx3s.v",
    "ulx3s.lpf",
    "icebreaker.v",
    "icebreaker.pcf",
    "Makefile",
    "README.md",
)
_LANES_MAX = 256
_SCORE_BITS_MAX = 64
_IDLE_BITS = 18  # of the clocks of a quiet line, after which a new image begins
_SLOWEST_HZ = 12e6  # of the boards
_PIPELINE = 6  # clocks from a row's fetch to its spike, beside the stages of the tree

PartName = Literal["up5k", "ecp5-12k", "ecp5-25k", "ecp5-45k", "ecp5-85k"]


class VerilogOptions(Options):
    """Neurons that are taken a clock, and the part that must have the memory for it."""

    lanes: int = Field(default=1, ge=1, le=_LANES_MAX)
    part: PartName | None = None


ONE_LANE = VerilogOptions()


def write_verilog(exported: Exported, folder: Path, options: VerilogOptions = ONE_LANE) -> list[Path]:
    """Write the engine, its memories, a test bench, two boards and what builds them; give their paths.

    Raises
    ------
    ExportError
        If the program cannot go through core after core, is not fed as hardware can, or does not fit the part.
    """
    engine = _engine(exported.program, options)
    values = _values(exported, engine)
    texts = {name: _TEMPLATES.get_template(name).render(values) for name in _FILES}
    digits = -(-engine.word_bits // 4)
    for lane, rows in enumerate(engine.rows):
        texts[f"rows_{lane}.mem"] = "".join(f"{row:0{digits}x}\n" for row in rows)
    contents = {name: text.encode() for name, text in texts.items()}
    if values["has_images"]:
        assert exported.images is not None and exported.outputs is not None
        contents["images.bin"] = exported.images.astype(np.uint8).tobytes()
        contents["expected.txt"] = expected_lines(exported).encode()
    for name, content in contents.items():
        write_atomically(folder / name, content)
    return [folder / name for name in contents]


def told_verilog(exported: Exported, options: VerilogOptions = ONE_LANE) -> list[str]:
    """Give what is to be known of an engine: clocks an image, and the block memories that each part has for it."""
    engine = _engine(exported.program, options)
    fits = [f"{part['needed']} of {part['there']} on {part['title']}" for part in _parts(engine) if part["fits"]]
    return [f"{_clocks(engine):,} clocks an image; block memories: {', '.join(fits) or 'no part has as many'}"]


_TEMPLATES = templates_of("spikeloom.export.verilog")


def _engine(program: ChipProgram, options: VerilogOptions) -> Engine:
    """Lay a program out for hardware; ExportError where it cannot be, naming why and a way out."""
    interface = program.interface
    if interface is None:
        raise ExportError("program: has no interface; the engine takes images, so deploy a network, or export to c")
    _check_feeding(interface)
    tables = tables_of(program)
    if not tables.layered:
        raise ExportError(
            f"program: cannot go through core after core: {tables.why_not_layered}; the engine holds no spikes from "
            "tick to tick; export to c, which does"
        )
    if not tables.cores:
        raise ExportError("program: no neuron reaches an output line, so there is nothing to build")
    engine = engine_of(tables, options.lanes)
    if not engine.n_positions:
        raise ExportError("program: no axon that an input reaches leads to an output line; there is nothing to build")
    if options.part is not None:
        check_part(_need(engine), options.part)
    return engine


def _check_feeding(interface: Interface) -> None:
    coding = interface.coding
    if not coding.certain:
        raise ExportError(
            f"program: its input is drawn at random ({coding.name}); the engine compares with limits: train with "
            "--set interface.coding=threshold, or export to c"
        )
    if not isinstance(interface.frames, Still) or interface.delays != NOW:
        raise ExportError(
            f"program: an example is shown as {interface.frames.name} with delays {list(interface.delays)}; the engine "
            "takes one frame an image: deploy without --ticks, or export to c"
        )


def _parts(engine: Engine) -> list[dict[str, Any]]:
    need = _need(engine)
    return [
        {"title": part.title, "needed": part.blocks(need), "there": part.block_memories, "fits": part.holds(need)}
        for part in PARTS.values()
    ]


def _need(engine: Engine) -> Need:
    """Give what an engine needs: its memories, and the registers of images, spikes and rows."""
    interface = engine.tables.program.interface
    assert interface is not None
    spikes = sum(engine.groups(core) * engine.lanes for core in engine.tables.cores)
    rows = engine.lanes * engine.word_bits + 2 * engine.n_positions
    images = 2 * math.prod(interface.coded_shape)  # one that comes in, one that is seen
    return Need(engine.lanes, engine.depth, engine.word_bits, images + spikes + rows)


def _stages(engine: Engine) -> int:
    return max(stages_of(int(width)) for width in engine.widths)


def _clocks(engine: Engine) -> int:
    """Give the clocks between two images that follow each other: those of the engine, or of the bytes that come in."""
    tables, latency = engine.tables, _PIPELINE + _stages(engine)
    interface = tables.program.interface
    assert interface is not None
    groups = [engine.groups(core) for core in tables.cores]
    drained = [age != before for before, age in pairwise((tables.ages[0], *tables.ages))]
    voting = next(place for place, core in enumerate(tables.cores) if (core.targets == OUTPUTS).any())
    before = sum(groups[:voting]) + sum(drained[: voting + 1]) * (latency + 1)
    # the first core that votes waits until the last image's votes are counted, a class a clock behind the pipelines
    counted = latency + interface.n_classes + _count_stages(engine) + 2
    walk = sum(groups) + sum(drained) * (latency + 1) + 2 + max(0, counted - before)
    return max(walk, math.prod(interface.value_shape) + 1)


def _count_stages(engine: Engine) -> int:
    return stages_of(max(max(map(len, lines_of_classes(engine))), 1))


def _bits(number: int) -> int:
    """Give the bits that count up to a number."""
    return max(number.bit_length(), 1)


def _values(exported: Exported, engine: Engine) -> dict[str, Any]:
    """Give everything that the templates name."""
    program, tables = exported.program, engine.tables
    images = exported.images
    has_images = images is not None and exported.outputs is not None
    interface = program.interface
    assert interface is not None
    stages, latency = _stages(engine), _PIPELINE + _stages(engine)
    largest = int((engine.widths << (engine.strength_bits - 1)).max())
    return {
        "title": exported.name,
        "version": version("spikeloom"),
        "facts": f"{program.n_cores:,} cores, {tables.n_neurons:,} neurons that can reach an output.",
        "lanes": engine.lanes,
        "clocks": f"{_clocks(engine):,}",
        "parts": _parts(engine),
        "n_flip_flops": _need(engine).flip_flops,
        "ecp5": next((name[5:] for name in PARTS if name != "up5k" and PARTS[name].holds(_need(engine))), "85k"),
        "mhz": 100,
        "has_images": has_images,
        "n_images": len(images) if images is not None else 0,
        **_of_lanes(engine, stages),
        "product_bits": max(_bits(largest) + 1, engine.leak_bits),
        "latency": latency,
        **_of_input(interface),
        **_of_walk(engine),
        **_of_votes(engine, interface),
    }


def _of_lanes(engine: Engine, stages: int) -> dict[str, Any]:
    firsts = np.cumsum([0, *engine.widths])
    segments = [
        tree_over(f"count_{n}", "arrived", int(first), int(width), stages)
        for n, (first, width) in enumerate(zip(firsts[:-1], engine.widths, strict=True))
    ]
    return {
        "n_positions": engine.n_positions,
        "widths": engine.widths.tolist(),
        "strength_bits": engine.strength_bits,
        "leak_bits": engine.leak_bits,
        "numbers_bits": engine.word_bits - engine.n_positions,
        "word_bits": engine.word_bits,
        "depth": engine.depth,
        "address_bits": _bits(engine.depth - 1),
        "segments": segments,
        "stages": stages,
    }


def _of_input(interface: Interface) -> dict[str, Any]:
    rows, columns, channels = interface.value_shape
    pattern = pattern_of(byte_limits(interface), interface)
    down, right, levels = pattern.shape
    row_bits, column_bits = _bits(down - 1), _bits(right - 1)
    at = [
        {"at": f"{row_bits + column_bits}'d{row << column_bits | column}", "bits": _comparisons(pattern[row, column])}
        for row in range(down)
        for column in range(right)
    ]
    return {
        "shape": f"{rows} x {columns} x {channels} values",
        "n_places": rows * columns * channels,
        "place_bits": _bits(rows * columns * channels - 1),
        "n_coded": rows * columns * channels * levels,
        "width": levels,
        "dithered": (down, right) != (1, 1),
        "limits": _comparisons(pattern[0, 0]),
        "patterns": at,
        "down": down,
        "right": right,
        "row_bits": row_bits,
        "column_bits": column_bits,
        "n_columns": columns,
        "columns_bits": _bits(columns - 1),
        "channels": channels,
        "channel_bits": _bits(channels - 1),
    }


def _comparisons(limits: np.ndarray) -> str:
    """Give the lines of a value as Verilog, the highest level first; a limit of 0 is passed by every byte."""
    return ", ".join(f"in_data >= 8'd{limit}" if limit else "1'b1" for limit in limits[::-1].tolist())


def _of_walk(engine: Engine) -> dict[str, Any]:
    tables = engine.tables
    groups = [engine.groups(core) for core in tables.cores]
    cores = [
        {
            "groups": groups[place],
            "next": groups[place + 1] if place + 1 < len(groups) else 0,
            "waits": place > 0 and tables.ages[place] != tables.ages[place - 1],
            "votes": bool((core.targets == OUTPUTS).any()),
            "axons": _lines(axon_wires(engine, place)),
        }
        for place, core in enumerate(tables.cores)
    ]
    places = list(range(len(cores)))
    # a choice among eight is no slower than a lane, and one step is smaller than two
    neighbours = len(places) if len(places) <= 8 else 4
    return {
        "cores": cores,
        "choices": [places[at : at + neighbours] for at in range(0, len(places), neighbours)],
        "choice_bits": _bits(neighbours - 1),
        "core_bits": _bits(len(cores) - 1),
        "group_bits": _bits(max(groups) - 1),
    }


def _of_votes(engine: Engine, interface: Interface) -> dict[str, Any]:
    outputs = engine.tables.program.outputs
    classes = lines_of_classes(engine)
    n_a_class = max(max(map(len, classes)), 1)
    stages = _count_stages(engine)
    count = tree_over("voted", "voting", 0, n_a_class, stages)
    ticks = interface.ticks_per_image - interface.readout.skip
    voters = interface.readout.voters(outputs.classes, interface.n_classes, interface.ticks_per_image)
    common = math.lcm(*(max(int(most), 1) for most in voters))
    factors = [common // max(int(most), 1) for most in voters]
    same = len(set(voters.tolist())) == 1
    vote_bits = _bits(n_a_class * ticks)
    score_bits = vote_bits if same else _bits(max(n_a_class * ticks * factor for factor in factors))
    if score_bits > _SCORE_BITS_MAX:
        raise ExportError(
            "program: its classes have so different numbers of voters that their shares take more than "
            f"{_SCORE_BITS_MAX} bits to compare; give every class as many output lines"
        )
    vote_bytes, class_bytes = -(-vote_bits // 8), -(-_bits(interface.n_classes - 1) // 8)
    return {
        "n_outputs": len(outputs),
        "output_wires": _lines(output_wires(engine)),
        "n_classes": interface.n_classes,
        "class_bits": _bits(interface.n_classes - 1),
        "classes": [_lines(wires + ["1'b0"] * (n_a_class - len(wires))) for wires in classes],
        "n_votes_a_class": n_a_class,
        "count": count,
        "count_latency": stages + 2,
        "ticks": ticks,
        "vote_bits": vote_bits,
        "vote_bytes": vote_bytes,
        "class_bytes": class_bytes,
        "answer_bits": _bits(class_bytes + interface.n_classes * vote_bytes),
        "idle_bits": _IDLE_BITS,
        "quiet_ms": math.ceil(2**_IDLE_BITS / _SLOWEST_HZ * 1e3),
        "same_voters": same,
        "factors": factors,
        "score_bits": score_bits,
    }


def _lines(signals: list[str]) -> str:
    """Give signals as the inside of a concatenation, the last of them first, some a line."""
    highest_first = signals[::-1]
    rows = [", ".join(highest_first[at : at + 8]) for at in range(0, len(highest_first), 8)]
    return ",\n".join(f"        {row}" for row in rows)
