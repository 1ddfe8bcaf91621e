import io

import pytest
from matplotlib.image import imread
from rich.console import Console

from programs import stripes, tiny_network
from spikeloom.measure.energy import PAPER_PROFILE, named_profile, shipped_profiles
from spikeloom.measure.evaluation import evaluate_network
from spikeloom.plot.theme import LIGHT, THEMES
from spikeloom.report.figures import accuracy_energy_figure, save_figures
from spikeloom.report.published import paper_points
from spikeloom.report.rows import Reproduced, measurement_row
from spikeloom.report.tables import microjoules, reproduction_note, reproduction_table


@pytest.fixture(scope="module")
def rows() -> list[Reproduced]:
    results = evaluate_network(tiny_network(), stripes(60), {1: 2, 4: 1})
    return [Reproduced(name, "quick", found) for name in ("mnist-5", "mnist-30") for found in results.values()]


def printed(*parts: object, width: int) -> str:
    console = Console(file=io.StringIO(), width=width)
    for part in parts:
        console.print(part)
    return console.file.getvalue()


def test_a_row_holds_the_energy_of_every_profile_and_shares_that_add_up(rows):
    row = measurement_row(rows[0].measurement, shipped_profiles())
    assert set(row["energy_joules"]) == set(shipped_profiles())
    for name, shares in row["energy_shares"].items():
        assert sum(shares.values()) == pytest.approx(1)
        static = named_profile(name).static_joules_per_core_tick * row["cores"]
        assert row["energy_joules"][name] * shares["static"] == pytest.approx(static)


def test_one_draw_has_no_spread(rows):
    assert rows[0].measurement.accuracy_std is not None
    assert rows[1].measurement.accuracy_std is None


def test_the_reproduction_table_is_whole_on_eighty_columns(rows):
    text = printed(reproduction_table(rows, PAPER_PROFILE), width=80)
    assert "…" not in text
    assert "92.70 %, 0.268 uJ" in text


def test_the_note_names_profile_kind_and_what_is_left_out(rows):
    text = printed(reproduction_note(rows, PAPER_PROFILE, named_profile(PAPER_PROFILE)), width=400)
    assert "profile esser2015-calibrated (calibrated)" in text
    assert "Left out: the static power of the chip's unused cores, input and output off" in text


@pytest.mark.parametrize(
    ("joules", "text"), [(0.268e-6, "0.268 uJ"), (108e-6, "108 uJ"), (4.4561e-6, "4.46 uJ"), (17e-6, "17.0 uJ")]
)
def test_microjoules_have_three_digits(joules, text):
    assert microjoules(joules) == text


def test_the_figure_shows_every_network_and_every_published_point(rows, tmp_path):
    figure = accuracy_energy_figure(LIGHT, rows)
    (axes,) = figure.axes
    assert "stretched by the log of the error" in axes.get_ylabel()
    shown = [line.get_xydata().tolist() for line in axes.lines]
    for point in paper_points():
        assert any([point.joules * 1e6, point.accuracy * 100] in pairs for pairs in shown)
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert [label.split(",")[0] for label in labels] == ["Esser et al. 2015", "mnist-5", "mnist-30"]

    def drawn(theme):
        return accuracy_energy_figure(theme, rows)

    first, second = (save_figures(drawn, tmp_path / n / "f.png") for n in "ab")
    assert [path.name for path in first] == ["f.png", "f.svg", "f-dark.png", "f-dark.svg"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    for path, theme in zip((first[0], first[2]), THEMES, strict=True):
        red, green, blue = (round(255 * share) for share in imread(path)[0, 0, :3])
        assert f"#{red:02x}{green:02x}{blue:02x}" == theme.ground
