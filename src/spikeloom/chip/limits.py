"""Sizes and ranges of a TrueNorth chip; every hardware number stands here once.

Sources: [1] Merolla et al., Science 2014. [2] Cassidy et al., IJCNN 2013. [3] Akopyan et al., TCAD 2015.
Widths marked (?) are not published in a source we could read; they are the widths that public simulators use.
"""

N_AXONS = 256  # inputs of a core [1]
N_NEURONS = 256  # outputs of a core [1]
N_AXON_TYPES = 4  # strengths a neuron can tell apart [2]

STRENGTH_LIMIT = 255  # strengths are 9-bit signed, -255 .. 255 [2]
LEAK_LIMIT = 255  # leaks are 9-bit signed, -255 .. 255 [2]

POTENTIAL_MIN = -(2**19)  # the membrane potential is 20-bit signed and saturates [2]
POTENTIAL_MAX = 2**19 - 1

THRESHOLD_MAX = 2**18 - 1  # both thresholds have 18 bits (?)
MASK_BITS_MAX = 18  # widest random threshold mask that stays inside the membrane (?)
RESET_BITS_MAX = 18  # |reset| = 2^VR - 1 with VR up to here (?)
RESET_LIMIT = 2**RESET_BITS_MAX - 1
RANDOM_BITS = 8  # the random number of a stochastic synapse or leak is 0 .. 255 [2]

DELAY_MIN = 1  # ticks from a spike to its axon [3]
DELAY_MAX = 15

MEMORY_ROW_BITS = 410  # of a core's memory, a row a neuron: synapses, parameters, destination, delay [3] (?)

CHIP_ROWS = 64  # cores of a chip [1]
CHIP_COLUMNS = 64
CORES_PER_CHIP = CHIP_ROWS * CHIP_COLUMNS
ARRAY_COLUMNS = 4  # chips in a row of a larger array; 4 x 4 were built [3]

PACKET_OFFSET_MIN = -256  # a packet's dx and dy have 9 bits [3]
PACKET_OFFSET_MAX = 255

TICK_SECONDS = 1e-3  # one tick, nominally [1]
