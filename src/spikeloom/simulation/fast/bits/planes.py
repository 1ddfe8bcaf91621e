"""Planes: many bits that are worked on at once, as values of compiled functions.

A plane is a vector of 64-bit words, and the compiler lowers it to whatever vectors the processor has: one operation
where registers are as wide as the plane, several where they are narrower. What the bits stand for is the caller's
choice: ticks of one neuron, or neurons of one tick. An array of planes is a flat uint64 array, words of a plane
together.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from llvmlite.binding import get_host_cpu_features
from numba import types
from numba.core.datamodel import models
from numba.extending import intrinsic, overload, register_model
from numba.np.arrayobj import make_array

_WORD = ir.IntType(64)
_MAJORITY_TABLE = 0b11101000  # output for the inputs 111, 110, ... 000


def _has_ternary_logic(plane: Plane) -> bool:
    # one instruction for any function of three planes; without AVX-512 a majority is four
    features = get_host_cpu_features()
    return bool(features.get("avx512f") if plane.n_words == 8 else features.get("avx512vl") and plane.n_words in (2, 4))


class Plane(types.Type):
    """The compiler's type of a plane of this many words."""

    def __init__(self, n_words: int) -> None:
        self.n_words = n_words
        super().__init__(name=f"Plane({n_words})")

    @property
    def vector(self) -> ir.VectorType:
        """The same for LLVM."""
        return ir.VectorType(_WORD, self.n_words)


@register_model(Plane)
class _PlaneModel(models.PrimitiveModel):
    def __init__(self, manager: Any, plane: Plane) -> None:
        super().__init__(manager, plane, plane.vector)


def filler(n_words: int) -> Callable[[Any], Any]:
    """Give a compiled function that makes a plane of this many words, all equal to a given one."""
    plane = Plane(n_words)

    @intrinsic
    def fill(_context, word):
        def generate(context, builder, signature, arguments):
            return _splat(builder, arguments[0], plane)

        return plane(types.uint64), generate

    return fill


@intrinsic
def words_of(_context, plane):
    """Give the number of words of a plane."""

    def generate(context, builder, signature, arguments):
        return ir.Constant(ir.IntType(64), plane.n_words)

    return types.intp(plane), generate


@intrinsic
def load(_context, array, index, like):
    """Read the plane that begins at this word of a uint64 array; `like` is any plane of its size."""

    def generate(context, builder, signature, arguments):
        address = _address(context, builder, signature.args[0], arguments[0], arguments[1], signature.return_type)
        return builder.load(address, align=8)

    return like(array, types.intp, like), generate


@intrinsic
def store(_context, array, index, plane):
    """Write a plane, beginning at this word of a uint64 array."""

    def generate(context, builder, signature, arguments):
        address = _address(context, builder, signature.args[0], arguments[0], arguments[1], signature.args[2])
        builder.store(arguments[2], address, align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, plane), generate


@intrinsic
def prefetch(_context, array, index):
    """Ask for the cache line of this word, so that a later load finds it near."""

    def generate(context, builder, signature, arguments):
        data = make_array(signature.args[0])(context, builder, arguments[0]).data
        flag = ir.IntType(32)
        byte = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [byte, flag, flag, flag])
        ask = builder.module.declare_intrinsic("llvm.prefetch.p0", (), kind)
        address = builder.bitcast(builder.gep(data, [arguments[1]]), byte)
        builder.call(ask, [address, flag(0), flag(3), flag(1)])  # to be read, near, data
        return context.get_dummy_value()

    return types.void(array, types.intp), generate


@intrinsic
def delayed(_context, words, before, bits):
    """Shift every word up by 1 .. 63 bits, and in from below the highest bits of the word before it."""

    def generate(context, builder, signature, arguments):
        now, past, by = arguments
        plane = signature.return_type
        up = builder.shl(now, _splat(builder, by, plane))
        rest = builder.sub(ir.Constant(_WORD, 64), by)
        return builder.or_(up, builder.lshr(past, _splat(builder, rest, plane)))

    return words(words, words, types.uint64), generate


@intrinsic
def counted(_context, plane):
    """Give a plane whose every word is the number of bits that are set in this word."""

    def generate(context, builder, signature, arguments):
        return _count_words(builder, arguments[0])

    return plane(plane), generate


@intrinsic
def popcount(_context, plane):
    """Count the bits that are set."""

    def generate(context, builder, signature, arguments):
        return _reduce(builder, "add", _count_words(builder, arguments[0]))

    return types.int64(plane), generate


@intrinsic
def any_set(_context, plane):
    """Tell whether a bit is set."""

    def generate(context, builder, signature, arguments):
        word = _reduce(builder, "or", arguments[0])
        return builder.icmp_unsigned("!=", word, ir.Constant(_WORD, 0))

    return types.boolean(plane), generate


@intrinsic
def majority(_context, a, b, c):
    """Give the bits that at least two of three planes have."""

    def generate(context, builder, signature, arguments):
        plane = signature.return_type
        if _has_ternary_logic(plane):
            # the compiler finds this instruction for three planes by itself, but not for a majority
            kind = ir.FunctionType(plane.vector, [plane.vector] * 3 + [ir.IntType(32)])
            name = f"llvm.x86.avx512.pternlog.q.{64 * plane.n_words}"
            operation = builder.module.declare_intrinsic(name, (), kind)
            return builder.call(operation, [*arguments, ir.Constant(ir.IntType(32), _MAJORITY_TABLE)])
        first, second, third = arguments
        either = builder.and_(third, builder.or_(first, second))
        return builder.or_(builder.and_(first, second), either)

    return a(a, b, c), generate


@intrinsic
def lowest_bit(_context, word):
    """Give the place of the lowest bit that is set in a uint64 that is not zero."""

    def generate(context, builder, signature, arguments):
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.intp(types.uint64), generate


def _binary(instruction: str) -> Callable[[Any, Any], Any]:
    @intrinsic
    def operation(_context, a, b):
        def generate(context, builder, signature, arguments):
            return getattr(builder, instruction)(*arguments)

        return a(a, b), generate

    return operation


_and, _or, _xor = _binary("and_"), _binary("or_"), _binary("xor")


@intrinsic
def _not(_context, plane):
    def generate(context, builder, signature, arguments):
        return builder.not_(arguments[0])

    return plane(plane), generate


@overload(operator.and_)
def _and_of_planes(a, b):
    return (lambda a, b: _and(a, b)) if isinstance(a, Plane) else None


@overload(operator.or_)
def _or_of_planes(a, b):
    return (lambda a, b: _or(a, b)) if isinstance(a, Plane) else None


@overload(operator.xor)
def _xor_of_planes(a, b):
    return (lambda a, b: _xor(a, b)) if isinstance(a, Plane) else None


@overload(operator.invert)
def _not_of_plane(a):
    return (lambda a: _not(a)) if isinstance(a, Plane) else None


def _address(context, builder, array_type, array, index, plane):
    data = make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), plane.vector.as_pointer())


def _splat(builder, word, plane):
    vector = builder.insert_element(ir.Constant(plane.vector, ir.Undefined), word, ir.Constant(ir.IntType(32), 0))
    lanes = ir.Constant(ir.VectorType(ir.IntType(32), plane.n_words), [0] * plane.n_words)
    return builder.shuffle_vector(vector, ir.Constant(plane.vector, ir.Undefined), lanes)


def _count_words(builder, vector):
    ones = builder.module.declare_intrinsic(
        f"llvm.ctpop.v{vector.type.count}i64", (), ir.FunctionType(vector.type, [vector.type])
    )
    return builder.call(ones, [vector])


def _reduce(builder, operation: str, vector):
    kind = ir.FunctionType(_WORD, [vector.type])
    name = f"llvm.vector.reduce.{operation}.v{vector.type.count}i64"
    return builder.call(builder.module.declare_intrinsic(name, (), kind), [vector])
