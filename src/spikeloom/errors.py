"""Everything spikeloom refuses, as one tree.

SpikeloomError
├── ArtefactError   a file is not what it should be
├── DataError       a data set is missing, broken or of the wrong shape
├── ExportError     another tool's format cannot hold a program, or a file in it is wrong
├── FitError        a network does not fit the cores
├── PeerError       another tool is missing, or fails on our files
├── ProgramError    a chip program breaks a limit of the chip
├── RecipeError     a recipe has an unknown key or an impossible value
├── SizeError       work would take more memory than there is
├── StudyError      a study cannot be read, or its workers are lost
└── TrainingError   a training cannot start, go on or end

A message names the part, the value found, what is allowed and a way out.
"""

MESSAGE_MAX = 460  # characters: what a file says may be endless, and a terminal is not

_END = 120  # of a message that is too long: its way out stands there


def one_line(message: str) -> str:
    """Give a message without breaks and control characters, its middle left out where it is too long."""
    line = "".join(letter if letter.isprintable() else " " for letter in message)
    return line if len(line) <= MESSAGE_MAX else f"{line[: MESSAGE_MAX - _END - 5]} ... {line[-_END:]}"


class SpikeloomError(Exception):
    """Base of every error that spikeloom raises on purpose; its message is one line, whatever is quoted in it."""

    def __init__(self, message: str = "") -> None:
        super().__init__(one_line(message))


class ArtefactError(SpikeloomError):
    """A file is truncated, foreign, of another kind or newer than this reader."""


class DataError(SpikeloomError):
    """A data set is missing, broken, or does not have the shape that is asked for."""


class ExportError(SpikeloomError):
    """Another tool's format cannot hold a program, or a file in that format is wrong."""


class FitError(SpikeloomError):
    """A network does not fit the cores it is to be placed on."""


class PeerError(SpikeloomError):
    """Another tool is missing, or fails on our files."""


class ProgramError(SpikeloomError):
    """A chip program breaks a limit of the chip, or cannot be run the way that is asked for."""


class RecipeError(SpikeloomError):
    """A recipe has an unknown key or an impossible value."""


class SizeError(SpikeloomError):
    """Work would take more memory than the machine lends."""


class StudyError(SpikeloomError):
    """A study is not what it should be, or the workers that do its jobs are lost."""


class TrainingError(SpikeloomError):
    """A training cannot start, go on or end."""
