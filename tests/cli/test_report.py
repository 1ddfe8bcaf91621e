"""``spikeloom report`` and ``train --tensorboard``, from the command line."""


def test_models_of_every_kind_come_side_by_side(spikeloom, own_work):
    assert spikeloom("train", "stripes.toml", "--tensorboard").code == 0
    assert list((own_work / "runs/stripes/tensorboard").iterdir())
    done = spikeloom("report", "runs/stripes", "learned.safetensors", "--dataset", "stripes.npz", "--json")
    assert done.code == 0, done.err
    text = (own_work / "report.html").read_text("utf-8")
    assert text.count("<h3>runs/stripes</h3>") == text.count("<h3>learned.safetensors</h3>") > 5
    assert all((own_work / figure).is_file() for figure in done.json["figures"])


def test_a_report_says_what_it_cannot_read_before_it_measures(spikeloom, own_work):
    done = spikeloom("report", "learned.safetensors", "missing.safetensors", "--dataset", "stripes.npz")
    assert done.code == 1
    assert "missing.safetensors" in done.err
    assert not (own_work / "report.html").exists()
