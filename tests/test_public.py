import subprocess
import sys

import pytest

import spikeloom as sl


def test_every_public_name_leads_to_its_home():
    assert sl.__all__ == [
        "ChipProgram", "Interface", "LearnedNetwork", "Measurement", "ProgramBuilder", "Relays", "SpikeloomError",
        "deploy", "deploy_together", "fit_report", "load", "load_recipe", "predict", "run", "save_learned",
        "save_program", "show_moved", "simulate", "train", "data",
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
