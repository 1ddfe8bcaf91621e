"""Write ``votes.json``: what every shipped network answers to MNIST's first 1,000 test images, seed 0, one member.

``python tests/golden/votes.py`` writes it anew. It was first written before the redesign of November 2026; a
change that is meant to change nothing leaves it as it is.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from spikeloom.chip.program import ChipProgram
from spikeloom.data import mnist
from spikeloom.deployment.deploy import deploy
from spikeloom.measure.votes import count_votes
from spikeloom.zoo import load, zoo_names

N_IMAGES = 1000
FILE = Path(__file__).with_suffix(".json")


def answer(name: str) -> dict[str, Any]:
    """Give the digest of a shipped network's votes, (n_images, n_classes) int64, and its counted activity."""
    model = load(f"zoo:{name}")
    program = model if isinstance(model, ChipProgram) else deploy(model)
    found = count_votes(program, mnist(train=False).values[:N_IMAGES])
    digest = hashlib.sha256(found.votes.astype("<i8").tobytes()).hexdigest()
    activity = found.activity
    return {"votes": digest, "spikes": activity.spikes, "events": activity.events, "hops": activity.hops}


if __name__ == "__main__":
    FILE.write_text(json.dumps({name: answer(name) for name in zoo_names()}, indent=1) + "\n")
