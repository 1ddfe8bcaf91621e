"""Constants in C, by hand."""

import numpy as np

from spikeloom.export.c.names import identifier, string
from spikeloom.export.c.numbers import column, initialiser, packed_bits, packed_words
from spikeloom.export.c.parts import JUMP, SKIP, tap_stream


def test_numbers_are_packed_from_the_lowest_bit_on_with_room_to_read_four_bytes():
    assert packed_bits(np.array([1, 2, 3, 0, 1]), 3).tolist() == [0b11010001, 0b00010000, 0, 0, 0]


def test_a_column_takes_no_more_bits_than_its_range():
    packed = column("leak", np.array([-3, 1, 0]), packed=True)
    assert (packed.low, packed.bits) == (-3, 3)
    assert packed.numbers.tolist()[:2] == [0b11100000, 0b0]
    assert column("leak", np.array([-3, 1]), packed=False).kind == "int8_t"
    assert column("leak", np.array([7, 7]), packed=True).n_bytes == 0


def test_rows_are_words_with_position_0_in_the_lowest_bit():
    rows = np.zeros((2, 9), bool)
    rows[0, 0] = rows[1, 8] = True
    assert packed_words(rows, 8).tolist() == [1, 0, 0, 1]
    assert packed_words(rows, 32).tolist() == [1, 256]


def test_taps_are_a_byte_each_where_position_and_line_go_on():
    taps = np.array([[1, 5], [2, 6], [3, 300], [3, 301], [4, 2]])
    assert tap_stream(taps).tolist() == [5, 1, SKIP, 40, JUMP, 3, 45, 1, 0, JUMP, 4, 2, 0, 0]


def test_unsigned_constants_are_marked():
    assert initialiser(np.array([1], "u8")).strip() == "1ull,"
    assert initialiser(np.array([4_000_000_000], "u4")).strip() == "4000000000u,"
    assert initialiser(np.array([-4], "i2")).strip() == "-4,"


def test_names_become_identifiers():
    assert identifier("mnist-5-frugal") == "mnist_5_frugal"
    assert identifier("3 Drums!") == "network_3_drums"
    assert identifier("int") == "network_int"
    assert identifier("_") == "network"
    assert max(len(identifier("a" * 200)), len(identifier("3" * 200))) <= 19


def test_class_names_become_strings_of_plain_characters():
    assert string('a"b\\') == '"a\\042b\\134"'
    assert string("Ärmel?") == '"\\303\\204rmel\\077"'
