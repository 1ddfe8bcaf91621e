"""What is shipped, listed and drawn."""


def test_the_zoo_is_listed_with_the_agreed_keys(spikeloom):
    rows = spikeloom("zoo", "--json").json["rows"]
    wanted = {"name", "cores", "members", "recipe", "seed", "validation_accuracy", "bytes"}
    assert all(wanted <= set(row) for row in rows)
    assert {"mnist-5", "mnist-5-deployed"} <= {row["name"] for row in rows}
    assert [row["cores"] for row in rows] == sorted(row["cores"] for row in rows)
    assert "mnist-5-deployed" in spikeloom("zoo").out


def test_a_model_card_says_how_to_make_the_network_again(spikeloom):
    card = spikeloom("zoo", "mnist-5", "--json").json
    assert card["commands"][0] == "spikeloom train mnist-5 --out runs/mnist-5"
    assert [row["members"] for row in card["test"]] == [1, 4, 16, 64]
    shown = spikeloom("zoo", "zoo:mnist-5")
    assert "again: spikeloom train mnist-5" in shown.out
    assert spikeloom("zoo", "mnist-7").code == 1


def test_the_frontier_is_drawn_from_the_cards(spikeloom, tmp_path):
    done = spikeloom("frontier", "-o", "f", "--json")
    assert done.code == 0
    assert {row["name"] for row in done.json["rows"]} >= {"mnist-5", "mnist-5-deployed"}
    assert {path.name for path in (tmp_path / "f").iterdir()} == {
        *("frontier.png", "frontier.svg", "frontier-dark.png", "frontier-dark.svg", "frontier.json")
    }


def test_a_space_that_is_not_there_is_named(spikeloom):
    done = spikeloom("frontier", "--search", "none.toml")
    assert done.code == 1
    assert "space none.toml: cannot be read: No such file" in done.err
