import pytest

from programs import stripes, tiny_network
from spikeloom.chip.ensemble import program_of_member
from spikeloom.deployment.deploy import deploy
from spikeloom.errors import DataError
from spikeloom.measure.activity import Activity
from spikeloom.measure.by_image import by_image
from spikeloom.measure.energy import (
    PAPER_PROFILE,
    Profile,
    calibrated_static,
    energy_per_image,
    load_profiles,
    shipped_profiles,
)
from spikeloom.measure.evaluation import simulate
from spikeloom.measure.votes import count_votes
from spikeloom.simulation.base import CROSSINGS

PROFILE = Profile(
    kind="own", static_joules_per_core_tick=2e-9, joules_per_event=3e-12, joules_per_hop=5e-12, source="made up"
)
ACTIVITY = Activity(images=10, spikes=70, events=20_000, hops=300)


def test_the_energy_of_an_image_is_static_plus_events_plus_hops():
    energy = energy_per_image(PROFILE, cores=5, ticks_per_image=2, events_per_image=2000, hops_per_image=30)
    assert energy.static == pytest.approx(20e-9)
    assert energy.events == pytest.approx(6e-9)
    assert energy.hops == pytest.approx(0.15e-9)
    assert energy.total == pytest.approx(26.15e-9)
    assert sum(energy.shares.values()) == pytest.approx(1)


def test_crossings_between_chips_cost_where_a_profile_prices_them():
    tiled = PROFILE.model_copy(update={"joules_per_crossing": 7e-12})
    energy = energy_per_image(tiled, 5, 2, 2000, 30, crossings_per_image=100)
    assert energy.crossings == pytest.approx(0.7e-9)
    assert energy.total == pytest.approx(26.85e-9)
    assert energy.shares["crossings"] == pytest.approx(0.7 / 26.85)
    assert "crossings" not in energy_per_image(PROFILE, 5, 2, 2000, 30, crossings_per_image=100).shares


def test_calibration_gives_the_asked_energy_back():
    static = calibrated_static(0.268e-6, 5, 1, 2000, 30, like=PROFILE)
    profile = PROFILE.model_copy(update={"static_joules_per_core_tick": static})
    assert energy_per_image(profile, 5, 1, 2000, 30).total == pytest.approx(0.268e-6)


def test_the_published_profile_gives_the_published_power_of_a_chip():
    # 0.8 V, 20.07 Hz, 128 synapses of each of 1,048,576 neurons on: 71 mW within 0.3 mW (Merolla et al. 2014)
    profile = shipped_profiles()["truenorth-0.8V"]
    neurons = 4096 * 256
    spikes = neurons * 20.07 * 1e-3
    routing = 0.77e-12 / 2.3e-12 * 128  # hops a spike that the fit's share of routing stands for
    watts = energy_per_image(profile, 4096, 1, spikes * 128, spikes * routing).total / 1e-3
    assert watts == pytest.approx(71e-3, abs=0.5e-3)


def test_the_calibrated_profile_shares_event_and_hop_costs_with_the_published_one():
    calibrated, published = shipped_profiles()[PAPER_PROFILE], shipped_profiles()["truenorth-0.8V"]
    assert calibrated.kind == "calibrated"
    assert (calibrated.joules_per_event, calibrated.joules_per_hop) == (
        published.joules_per_event,
        published.joules_per_hop,
    )


def test_a_users_profiles_come_beside_the_shipped_ones(tmp_path):
    (tmp_path / "p.toml").write_text(
        '[mine]\nkind = "own"\nstatic_joules_per_core_tick = 1e-9\n'
        'joules_per_event = 0\njoules_per_hop = 0\nsource = "a wattmeter"\n'
    )
    profiles = load_profiles(tmp_path / "p.toml")
    assert profiles["mine"].static_joules_per_core_tick == 1e-9
    assert set(shipped_profiles()) < set(profiles)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[mine]\nkind = 'own'\n", "mine.static_joules_per_core_tick: field required"),
        ("mine =", "is not TOML"),
        ("[mine]\nkind = 'guess'\n", "mine.kind"),
    ],
)
def test_a_wrong_profile_is_refused_by_key(tmp_path, text, message):
    (tmp_path / "p.toml").write_text(text)
    with pytest.raises(DataError, match=message):
        load_profiles(tmp_path / "p.toml")
    with pytest.raises(DataError, match="nothing.toml: cannot be read"):
        load_profiles(tmp_path / "nothing.toml")


def test_activities_add_over_images_and_lie_beside_each_other_over_members():
    more = Activity(images=5, spikes=1, events=2, hops=3)
    assert ACTIVITY + more == Activity(15, 71, 20_002, 303)
    assert ACTIVITY.beside(more) == Activity(10, 71, 20_002, 303)


@pytest.mark.parametrize(
    ("name", "joules"),
    [("esser2015-calibrated", 0.268e-6), ("esser2015-calibrated-1.0V", 0.268e-6), ("esser2015-abstract", 0.408e-6)],
)
def test_a_calibrated_profile_costs_what_it_was_calibrated_on(name, joules):
    # 13,313.3 events and 180.0 hops an image: the shipped mnist-5 when the profiles were solved
    energy = energy_per_image(shipped_profiles()[name], 5, 1, 13_313.3, 180.0)
    assert energy.total == pytest.approx(joules, rel=2e-5)


def test_events_go_with_the_square_of_the_voltage():
    low, high = shipped_profiles()["truenorth-0.8V"], shipped_profiles()["esser2015-calibrated-1.0V"]
    assert high.joules_per_event == pytest.approx(low.joules_per_event * (1.0 / 0.8) ** 2, rel=1e-3)
    assert high.joules_per_hop == pytest.approx(low.joules_per_hop * (1.0 / 0.775) ** 2, rel=1e-3)


def test_a_program_of_two_chips_counts_and_pays_what_crosses_their_seam():
    program, shown = deploy(tiny_network(), members=820), stripes(6)  # member 819 lies across it
    found = simulate(program, shown)
    alone = simulate(program_of_member(program, 819), shown)
    assert found.crossings_per_image == alone.crossings_per_image > 0
    tiled, whole = found.energy("truenorth-0.8V-tiled"), found.energy("truenorth-0.8V")
    assert tiled.total - whole.total == pytest.approx(found.crossings_per_image * 300e-12)
    joules = by_image(program, shown).joules
    assert joules.mean() == pytest.approx(found.energy().total)
    counted = count_votes(program, shown.values, each=True).by_example
    assert counted[:, CROSSINGS].mean() == found.crossings_per_image
