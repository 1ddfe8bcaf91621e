import pytest

from spikeloom.errors import RecipeError
from spikeloom.training.recipe import Deployed
from spikeloom.training.recipe_files import changed_recipe, changes_of, load_recipe, shipped_recipes, with_data

OWN = """
extends = "quick"
name = "own"
[data]
path = "digits.npz"
[[layers]]
window = [4, 8]
stride = 4
"""


@pytest.fixture
def own(tmp_path):
    (tmp_path / "own.toml").write_text(OWN)
    return tmp_path / "own.toml"


def test_a_recipe_of_ten_lines_fills_in_the_rest(own):
    recipe = load_recipe(own)
    assert (recipe.name, recipe.train.optimiser.name, recipe.data.path) == ("own", "adam", "digits.npz")
    windows = recipe.layers[0].windows()
    assert (windows.size, windows.stride) == ((4, 8), (4, 4))


def test_every_shipped_network_recipe_is_whole():
    networks = [name for name in shipped_recipes() if name.startswith("mnist")]
    assert {load_recipe(name).name for name in networks} == set(networks)
    assert all(load_recipe(name).topology((28, 28, 1), 10).n_cores <= 83 for name in networks)


def test_repeated_pixels_that_are_drawn_by_chance_are_no_case_for_probabilities(own):
    repeats = ["layers=[{window=4, stride=4, repeats=2}]"]
    with pytest.raises(RecipeError, match="repeated pixels carry the same spike.*interface.coding"):
        load_recipe(own, repeats)
    assert load_recipe(own, [*repeats, "interface.coding=threshold"]).layers[0].repeats == 2


def test_changes_win_over_the_file_and_may_name_another_base(own):
    recipe = load_recipe(own, ["train.epochs=3", "extends=paper", "augment.shift=1.5"])
    assert (recipe.train.epochs, recipe.train.optimiser.name, recipe.augment.shift) == (3, "sgd", 1.5)
    assert recipe.augment.rotation == 9.0


def test_a_recipe_may_extend_a_file_beside_it(own):
    other = own.with_name("other.toml")
    other.write_text('extends = "own.toml"\nname = "other"\n')
    assert load_recipe(other).data.path == "digits.npz"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            "train.epoch=3",
            r"train.epoch: there is no such key; did you mean 'epochs'\? there are batch, epochs, ",
        ),
        ("nothing=3", "nothing: there is no such key; there are augment, data, interface"),
        (
            "layers=[{windw=16}]",
            r"no such key; did you mean 'window'\? there are features, neurons, repeats",
        ),
        ("train.epochs", "is not key=value"),
        ("train.epochs=0", "train.epochs = 0: .*greater than or equal to 1"),
        ("train.learning_rate=nan", "train.learning_rate = nan"),
        ("train.optimiser=adamw", "train.optimiser: name is 'adamw'; one of 'adam', 'sgd' is needed"),
        ("method.dropout=1.0", "method.dropout = 1.0"),
        (
            "interface.coding=latency",
            "interface.coding: name is 'latency'; one of 'bernoulli', 'thr",
        ),
        ("train.optimiser.momentum=0.5", "train.optimiser.momentum: .*optimiser 'adam'; there are none"),
        (
            "method={name='deployed', sharpen=1.0}",
            "method.sharpen: there is no such key with method 'deployed'",
        ),
        (
            "method.event_cost=0.1",
            "method.event_cost: .* with method 'probabilities'; there are .*sharpen",
        ),
        ("interface.coding={name='thermometer', levels=2, thresholds=[0.5]}", "1 thresholds for 2 levels"),
        ("seed=-1", "seed = -1"),
        ("layers=[]", r"layers = \[\]: "),
        ("data={name='mnist', path='x.npz'}", "data: name 'mnist' and path 'x.npz'; give one of them"),
        ("no equals sign [", "is not key=value"),
    ],
)
def test_what_is_wrong_is_named_with_its_value(own, change, message):
    with pytest.raises(RecipeError, match=message):
        load_recipe(own, [change])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "is not TOML"),
        ('extends = "circle.toml"\n', "extends it; break the circle"),
        ("extends = 3", "extends is 3; the name or path of one recipe"),
        ('extends = "nothing"', "circle.toml: extends nothing: recipe nothing: No such file.*mnist-5"),
        ('name = "x"', "layers is missing"),
    ],
)
def test_files_that_make_no_recipe_are_refused(tmp_path, text, message):
    (tmp_path / "circle.toml").write_text(text)
    with pytest.raises(RecipeError, match=message):
        load_recipe(tmp_path / "circle.toml")


@pytest.mark.parametrize(
    "changes",
    [
        ["method.name=deployed", "method.event_cost=0.5"],
        ["method.event_cost=0.5", "method.name=deployed"],
        ["method=deployed", "method.event_cost=0.5"],
        ["method.event_cost=0.5", "method=deployed"],
    ],
)
def test_changes_may_name_a_kind_before_or_after_its_keys(own, changes):
    method = load_recipe(own, changes).method
    assert (method.name, method.event_cost) == ("deployed", 0.5)
    changed = dict(change.split("=") for change in changes)
    method = changed_recipe(load_recipe(own), changed | {"method.event_cost": 0.5}).method
    assert (method.name, method.event_cost) == ("deployed", 0.5)


@pytest.mark.parametrize("change", ["method=probabilities", "method.name=probabilities"])
def test_naming_the_kind_that_a_table_is_already_changes_nothing(own, change):
    own.write_text(OWN + "[method]\nsharpen = 0.2\n")
    assert load_recipe(own, [change]).method.sharpen == 0.2


def test_another_kind_takes_the_place_of_the_table_below(own):
    own.write_text(OWN + "[method]\nsharpen = 0.2\n")
    assert load_recipe(own, ["method=deployed"]).method == Deployed()


def test_data_of_another_source_keep_the_share_that_is_held_out(own):
    own.write_text(OWN.replace('path = "digits.npz"', 'path = "digits.npz"\nvalidation = 0.3'))
    data = load_recipe(own, ["data.name=mnist"]).data
    assert (data.source, data.path, data.validation) == ("mnist", None, 0.3)


def test_changes_are_told_against_the_shipped_recipe_and_the_seed_is_none():
    recipe = load_recipe("mnist-5-deployed", ["train.epochs=3", "method.event_cost=0.5", "seed=7"])
    assert changes_of(recipe) == ("method.event_cost=0.5", "train.epochs=3")
    assert changes_of(load_recipe("mnist-5-deployed", ["seed=7"])) == ()


@pytest.mark.parametrize(
    "changes",
    [
        ["layers=[{window=16, stride=12, features=256, repeats=1}, {window=2, shared=true}]"],
        ["method={name='probabilities', sharpen=0.2}"],
        ["interface.frames={name='moved', shifts=[[0, 0], [0, 1]]}", "interface.coding=threshold"],
        ["interface.coding={name='thermometer', levels=2, thresholds=[0.25, 0.5]}"],
        ["data.path=/some where/digits 😀.npz"],
        ["train.schedule.name=stepped", "train.optimiser={name='sgd', momentum=0.5}"],
    ],
)
def test_the_changes_that_are_told_give_the_recipe_again(changes):
    recipe = load_recipe("mnist-5-deployed", changes)
    assert load_recipe("mnist-5-deployed", changes_of(recipe)) == recipe


def test_a_circle_is_seen_whatever_way_it_goes(tmp_path):
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "a.toml").write_text('extends = "../c/a.toml"\n')
    with pytest.raises(RecipeError, match=r"extends .*a.toml, which extends it; break the circle"):
        load_recipe(tmp_path / "c" / "a.toml")


def test_data_that_are_a_link_to_themselves_or_have_no_name_are_no_traceback(own, tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert with_data(load_recipe(str(own)), str(tmp_path / "loop")).data.path == str(tmp_path / "loop")
    with pytest.raises(RecipeError, match="data.path"):
        load_recipe(str(own), ['data.path="\\u0000"'])


def test_bending_by_points_nearer_than_pixels_is_refused(own):
    with pytest.raises(RecipeError, match="augment.elastic_distance = 0.001"):
        load_recipe(str(own), ["augment.elastic_distance=0.001"])
