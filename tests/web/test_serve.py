"""The server shows the models and runs that were named, to readers, and nothing else."""

import http.client
import json
import os
import re
import socket
import threading
import time

import pytest
import uvicorn

from programs import tiny_network
from spikeloom.web.facts import facts_of
from spikeloom.web.payload import payload
from spikeloom.web.serve import Shown, configured, listening, read_metrics
from spikeloom.web.serve import address as address_of

METRICS = {"loss": 0.5, "training_accuracy": 0.8, "unsampled_validation_accuracy": 0.75, "seconds": 1.0}


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    lines = [json.dumps({"epoch": epoch, **METRICS}) for epoch in (1, 2)]
    (folder / "metrics.jsonl").write_text("\n".join(lines) + '\n{"epoch": 3, "lo')
    (folder / "secret.txt").write_text("of the user")
    return folder


@pytest.fixture
def shown(run):
    network = tiny_network()
    return [Shown("tiny", payload(network, *facts_of(network, "tiny", None))), Shown("run, in training", None, run)]


@pytest.fixture
def address(shown):
    """An address at which the application listens, on this machine alone."""
    listening = socket.create_server(("127.0.0.1", 0))  # held from here on, so that no other test takes the port
    port = listening.getsockname()[1]
    server = uvicorn.Server(configured(shown, "127.0.0.1", port))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def ask(address, path, method="GET", body=None, headers=()):
    """Give status, headers and text of an answer, the path as it is written."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=20)
    connection.putrequest(method, path, skip_host="Host" in dict(headers))
    for name, value in [*headers, *([] if body is None else [("Content-Length", str(len(body)))])]:
        connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, dict(answer.getheaders()), text


def test_every_model_has_a_page_that_leads_to_the_others(address):
    status, headers, _ = ask(address, "/")
    assert (status, headers["location"]) == (307, "/0/")
    assert 'href="/0/"' in ask(address, "/1/")[2]
    status, headers, text = ask(address, "/0/")
    assert status == 200
    assert 'href="/1/"' in text
    assert "default-src 'none'; script-src 'sha256-" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in headers


def test_a_training_shows_the_epochs_that_are_whole(address, run):
    assert [epoch["epoch"] for epoch in json.loads(ask(address, "/1/metrics")[2])] == [1, 2]
    (run / "metrics.jsonl").unlink()
    assert ask(address, "/1/metrics")[2] == "[]"
    assert read_metrics(run / "gone") == []
    os.mkfifo(run / "metrics.jsonl")
    assert read_metrics(run) == []
    (run / "metrics.jsonl").unlink()
    (run / "metrics.jsonl").write_text("[" * 100_000)
    assert read_metrics(run) == []


@pytest.mark.parametrize(
    "path", ["/2/", "/0/metrics", "/secret.txt", "/1/secret.txt", "/../secret.txt", "/1/%2e%2e/secret.txt", "/-1/"]
)
def test_nothing_else_is_served(address, path):
    status, _, text = ask(address, path)
    assert status == 404
    assert "of the user" not in text


@pytest.mark.parametrize(
    ("method", "body", "status"), [("POST", None, 405), ("GET", b"x", 413), ("PUT", b"x" * 9, 413)]
)
def test_who_sends_something_is_refused(address, method, body, status):
    assert ask(address, "/0/", method, body)[0] == status


def test_a_request_with_an_endless_head_is_refused(address):
    assert ask(address, "/0/?" + "x" * (32 * 1024))[0] == 431
    assert ask(address, "/0/", headers=[("X-A", "x" * 1000)] * 17)[0] in (400, 431)


@pytest.mark.parametrize(
    ("host", "status"), [("127.0.0.1:1", 200), ("localhost", 200), ("evil.example", 421), ("", 421)]
)
def test_only_who_asks_for_this_machine_by_its_name_is_answered(address, host, status):
    assert ask(address, "/0/", headers=[("Host", host)])[0] == status


@pytest.mark.parametrize("host", ["[", "[::1", "[zz]", "a b", ""])
def test_a_name_that_is_none_is_refused_and_not_fallen_over(address, host):
    assert ask(address, "/", headers=[("Host", host)])[0] == 421


def test_a_number_of_thousands_of_digits_is_no_page(address):
    assert ask(address, f"/{'1' * 5_000}/")[0] == 404


def test_lines_without_numbers_to_draw_are_passed_over(address, run):
    wrong = [{"epoch": 1}, {"epoch": 2, **METRICS, "loss": float("nan")}, {"epoch": 3, **METRICS}, [4]]
    (run / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in wrong))
    assert [epoch["epoch"] for epoch in json.loads(ask(address, "/1/metrics")[2])] == [3]


def test_a_port_that_is_free_is_found_and_told():
    with listening("127.0.0.1", 0) as one:
        assert re.fullmatch(r"http://127\.0\.0\.1:[1-9]\d+/", address_of(one))
        with pytest.raises(OSError, match="in use"):
            listening("127.0.0.1", one.getsockname()[1])


def test_a_served_page_runs_and_a_training_grows_before_ones_eyes(opened, address, run):
    page = opened(f"{address}/0/")
    assert page.inner_text("#decision")
    training = opened(f"{address}/1/")
    training.wait_for_selector("#loss polyline", state="attached")
    assert training.inner_text("#facts").startswith("epoch 2, 1.0 s an epoch, validation 75.00 %")
    with (run / "metrics.jsonl").open("w") as file:
        file.writelines(json.dumps({"epoch": epoch, **METRICS}) + "\n" for epoch in range(1, 8))
    training.wait_for_selector("#facts:has-text('epoch 7')", timeout=10_000)
