"""A study says what is measured; its jobs name what they need, and what was changed since is refused."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from programs import stripes, tiny_network
from spikeloom.chip.storage import save_program
from spikeloom.deployment.deploy import deploy
from spikeloom.drift.ledger import First, Stage
from spikeloom.errors import DataError, StudyError
from spikeloom.measure.evaluation import evaluate_network, simulate
from spikeloom.measure.faults import Fault
from spikeloom.measure.showings import Showing, votes_of
from spikeloom.network.digest import digest_of
from spikeloom.network.storage import save_learned
from spikeloom.randomness.streams import seed_of_draw
from spikeloom.studies import workers
from spikeloom.studies.job import VotesJob
from spikeloom.studies.study import Study, load_study, run


@pytest.fixture
def own(tmp_path):
    """A network and a program in files, and data beside them."""
    data = stripes(30)
    images, labels = data.images[..., 0], data.labels
    np.savez(tmp_path / "x.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    save_learned(tiny_network(), tmp_path / "n.safetensors")
    save_program(deploy(tiny_network(), 2), tmp_path / "p.safetensors")
    return tmp_path


def study(own, **more) -> Study:
    asked = {"name": "s", "models": [str(own / "n.safetensors")], "data": str(own / "x.npz"), "split": "test", **more}
    return Study.model_validate(asked)


def test_a_study_measures_what_simulate_does(own):
    found = run(study(own, members=(1, 4), draws=3, seed=5), own / "out", lambda *_: None)
    expected = evaluate_network(tiny_network(), stripes(30), {1: 3, 4: 3}, seed=5)
    assert [line.measurement for line in found.lines] == list(expected.values())


def test_a_program_has_the_members_it_was_deployed_with(own):
    asked = study(own, models=[str(own / "p.safetensors")], members=(1, 4), draws=2)
    (line,) = run(asked, own / "out", lambda *_: None).lines
    assert line.measurement == simulate(deploy(tiny_network(), 2), stripes(30), draws=2)
    assert line.measurement.members == 2


def test_a_worker_that_finds_other_data_or_another_model_refuses(own):
    job = VotesJob(
        model=str(own / "n.safetensors"), digest="0" * 64, seed=0, member=0,
        shown={"source": str(own / "x.npz"), "split": "test", "fingerprint": "0" * 64},
    )  # fmt: skip
    with pytest.raises(StudyError, match="is not the model that the study began with"):
        job.done(1)
    there = job.model_copy(update={"digest": digest_of(tiny_network())})
    with pytest.raises(StudyError, match="holds other data than when the study began"):
        there.done(1)


def test_a_job_is_plain_and_its_key_says_all_that_it_is():
    job = VotesJob(model="m", digest="d", seed=0, member=0, shown={"source": "s", "split": "test", "fingerprint": "f"})
    assert pickle.loads(pickle.dumps(job)) == job
    others = [job.model_copy(update=change) for change in ({"seed": 1}, {"member": 1}, {"fault": "dead cores"})]
    assert len({each.key for each in (job, *others)}) == 4
    assert len(pickle.dumps(job)) < 2_000


def test_a_digest_is_of_everything_a_model_decides_with_and_not_of_its_training():
    network = tiny_network()
    assert digest_of(network) == digest_of(tiny_network())
    assert digest_of(network) != digest_of(deploy(network))
    biases = network.layers[0].biases.copy()
    network.layers[0].biases[0, 0] += 1
    changed = digest_of(network)
    network.layers[0].biases[:] = biases
    assert changed != digest_of(network)


def test_the_validation_split_of_a_program_is_unknown(own):
    asked = study(own, models=[str(own / "p.safetensors")], split="validation")
    with pytest.raises(DataError, match="does not say what was held out when it was trained; take the test split"):
        run(asked, own / "out", lambda *_: None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('name = "x"', "names no models and no recipes"),
        ('name = "x"\nmodels = ["m"]\nfaults = { rust = [0.1] }', "'rust' is none; there are input noise, dead cores"),
        ('name = "../x"\nmodels = ["m"]', "name = ../x|name"),
        ('name = "x"\nmodels = ["m"]\ndraws = 0', "draws"),
        ('name = "x"\nmodels = ["m"]\nmembers = []', "members"),
        ('name = "x"\nmodels = ["m"]\nsplit = "best"', "split"),
        ('name = "x"\nmodels = ["m"]\nmodell = "m"', "modell"),
        ('name = "x"\nmodels = ["m", "m"]', "models: m stands there twice"),
        ('name = "x"\nmodels = ["m"]\nseeds = []', "seeds"),
        ('name = "x"\nmodels = ["a\\u0000"]', "models"),
        ('name = "x"\nmodels = ["m"]\nmembers = [1000000000]', "members"),
        ('name = "x"\nmodels = ["m"]\nmembers = [65536]\ndraws = 1000', "are over 1,000,000 jobs a model"),
        ("name =", "is not TOML"),
    ],
)
def test_a_wrong_study_is_refused(tmp_path, text, message):
    (tmp_path / "s.toml").write_text(text)
    with pytest.raises(StudyError, match=message):
        load_study(tmp_path / "s.toml")


def test_a_ledger_comes_back_as_it_was_kept(own, monkeypatch):
    stages = [
        Stage("trained probabilities", 0.5),
        Stage("RANC", 0.5, 3, 1, First(1, 0, 7)),
        Stage("C", refused="no gcc"),
    ]
    monkeypatch.setattr("spikeloom.studies.job.drift_ledger", lambda *_, **__: iter(stages))
    found = run(study(own, drift=5), own / "out", lambda *_: None)
    assert list(found.drift.values()) == [stages]
    monkeypatch.setattr("spikeloom.studies.job.drift_ledger", lambda *_, **__: 1 / 0)
    assert run(study(own, drift=5), own / "out", lambda *_: None) == found


def test_another_share_that_is_held_out_is_another_job():
    shown = {"source": "s", "split": "validation", "fingerprint": "f"}
    jobs = [
        VotesJob(model="m", digest="d", seed=0, member=0, shown={**shown, "held_out": share}) for share in (0.1, 0.2)
    ]
    assert jobs[0].key != jobs[1].key


@pytest.mark.parametrize(
    "address", ["ucx://127.0.0.1:9", "tls://127.0.0.1:9", "127.0.0.1:9", "tcp://127.0.0.1:99999999"]
)
def test_an_address_that_is_none_is_refused(own, address, monkeypatch):
    monkeypatch.setattr(workers, "_WAIT_SECONDS", 0.5)
    with pytest.raises(StudyError, match="--dask"):
        run(study(own), own / "out", lambda *_: None, dask=address)


def test_a_fault_is_drawn_over_the_whole_ensemble_as_in_a_deployed_one(own):
    asked = study(own, members=(4,), draws=2, faults={"dead cores": (0.5,)}, seed=3)
    whole, broken = run(asked, own / "out", lambda *_: None).lines
    assert (whole.way, broken.way) == ("", "dead cores 50 %")
    for draw, accuracy in enumerate(broken.measurement.accuracies):
        seed = seed_of_draw(3, draw)
        showing = Showing(deploy(tiny_network(), 4, seed), stripes(30).values, seed, fault=Fault("dead cores", 0.5))
        assert accuracy == (votes_of(showing).decisions.classes == stripes(30).labels).mean()


def test_jobs_name_whole_paths_since_workers_may_run_elsewhere(own, monkeypatch):
    monkeypatch.chdir(own)
    asked = Study(name="s", models=("n.safetensors",), data="x.npz", split="test")
    seen = []
    monkeypatch.setattr(
        "spikeloom.studies.study.kept_or_done", lambda what, jobs, *_, **__: seen.extend(jobs) or iter([])
    )
    with pytest.raises(RuntimeError):  # of votes that do not come
        run(asked, Path("out"), lambda *_: None)
    assert (seen[0].model, seen[0].shown.source) == (str(own / "n.safetensors"), str(own / "x.npz"))
