import subprocess
import sys

import numpy as np
import pytest

import spikeloom as sl
from programs import stripes, tiny_network
from spikeloom.measure.showings import member_showings, votes_of


def test_every_public_name_leads_to_its_home():
    assert sl.__all__ == [
        "ByImage", "ChipProgram", "Comparison", "Interface", "LearnedNetwork", "Measurement", "Prediction",
        "Preparation", "ProgramBuilder", "Relays", "Reporter", "Silent", "SpikeRecord", "SpikeloomError", "Watched",
        "by_image", "compare_decisions", "data", "deploy", "deploy_together", "design_recipe", "fit_report",
        "held_out", "load", "load_network", "load_program", "load_recipe", "plot", "predict", "run", "save_learned",
        "save_program", "show_frames", "show_moved", "simulate", "train", "watch",
    ]  # fmt: skip
    for name in sl.__all__:
        home = getattr(sl, name)
        assert home.__name__.endswith(name)


def test_an_unknown_name_is_refused_as_python_does():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = sl.nothing


def modules_after(code: str) -> set[str]:
    printed = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(' '.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(printed.stdout.split())


@pytest.mark.parametrize(
    "code",
    [
        "import spikeloom",
        "import spikeloom.cli.app",
        "import spikeloom as sl; sl.deploy, sl.simulate, sl.load, sl.data, sl.ProgramBuilder, sl.load_recipe",
        "import spikeloom.reproduction, spikeloom.report.tables, spikeloom.report.figures",
    ],
)
def test_what_does_not_train_never_imports_torch(code):
    assert "torch" not in modules_after(code)


def test_values_show_themselves_on_one_line():
    network = tiny_network()
    program = sl.deploy(network)
    record = sl.run(program, np.zeros((3, len(program.inputs)), bool), range(2))
    shown = stripes(9)
    showings = list(member_showings(network, shown.values, {1: 1}, 0))
    parts = [program.neurons, program.routes, program.inputs, program.outputs, program.core(0), program.interface]
    values = [
        network,
        network.layers[0],
        program,
        *parts,
        record,
        record.output_trains,
        shown,
        *showings,
        votes_of(showings[0]),
    ]
    for value in values:
        assert "\n" not in repr(value)
        assert len(repr(value)) < 600, type(value)
    assert repr(program.outputs) == "OutputLines(classes=int32[255], members=int32[255])"
    assert repr(shown) == "Dataset(9 examples, 8 x 8 x 1 uint8, 3 classes)"
