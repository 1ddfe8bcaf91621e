from programs import tiny_network
from spikeloom.frontier.kept import keep_best, kept_files
from spikeloom.frontier.trial import Judged, Trial
from spikeloom.network.storage import load_learned
from spikeloom.training.recipe_files import load_recipe


def judged(number: int, accuracy: float) -> Judged:
    return Judged(Trial(number, {}, 5, accuracy, 1e-7), load_recipe("mnist-5"), tiny_network(seed=number))


def test_the_best_of_a_size_is_kept_and_of_equals_the_first(tmp_path):
    found = [judged(0, 0.9), judged(1, 0.8), judged(2, 0.95), judged(3, 0.95)]
    trials = [one.trial for one in found]
    for one in (found[1], found[0], found[3], found[2]):  # several workers end in any order
        keep_best(one, trials, tmp_path)
    assert [path.name for path in kept_files(tmp_path)] == ["5-cores.safetensors", "5-cores.toml"]
    assert load_learned(tmp_path / "5-cores.safetensors").layers == found[2].network.layers
    assert load_recipe(tmp_path / "5-cores.toml") == found[2].recipe


def test_a_best_trial_that_was_killed_before_it_was_written_does_not_keep_others_out(tmp_path):
    first, killed, third = judged(0, 0.8), judged(1, 0.99), judged(2, 0.9)
    keep_best(first, [first.trial], tmp_path)
    keep_best(third, [first.trial, killed.trial, third.trial], tmp_path)
    assert load_learned(tmp_path / "5-cores.safetensors").layers == third.network.layers


def test_what_did_not_fit_is_not_kept(tmp_path):
    keep_best(Judged(Trial(0, {}, why="too large")), [], tmp_path)
    assert kept_files(tmp_path) == []
