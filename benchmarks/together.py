"""What it gives to vote together: accuracy on the validation split, over all choices among the seeds of a recipe.

One choice may be lucky by a tenth of a point, the mean over all is less so. Votes of networks without chance are the
same alone and together, so that each is simulated once.

python -m benchmarks.together [RECIPE ...] [--ticks 1 5]
"""

from __future__ import annotations

import argparse
from itertools import combinations
from statistics import mean

import numpy as np

from spikeloom.deployment.deploy import deploy, show_moved
from spikeloom.measure.held_out import held_out
from spikeloom.measure.votes import count_votes
from spikeloom.report.tables import percent
from spikeloom.zoo import load_network, zoo_card, zoo_names

RECIPES = ("mnist-5-long", "mnist-13", "mnist-29", "mnist-29-bent", "fashion-5", "fashion-29")


def main() -> None:
    """Measure and print a table of Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipes", nargs="*", default=RECIPES, help="of which the zoo has networks")
    parser.add_argument("--ticks", type=int, nargs="+", default=(1, 5))
    arguments = parser.parse_args()
    print("| recipe | ticks | networks | cores | choices | mean | least | most |\n|---|--:|--:|--:|--:|--:|--:|--:|")
    for recipe in arguments.recipes:
        cards = map(zoo_card, zoo_names())
        names = [card.name for card in cards if card.recipe == recipe and not card.networks and not card.changes]
        if not names:
            parser.error(f"{recipe}: the zoo has no network of it")
        for ticks in arguments.ticks:
            for size, found in enumerate(_by_size(names, ticks), start=1):
                cores = size * zoo_card(names[0]).cores
                spread = " | ".join(percent(accuracy) for accuracy in (mean(found), min(found), max(found)))
                print(f"| `{recipe}` | {ticks} | {size} | {cores} | {len(found)} | {spread} |", flush=True)


def _by_size(names: list[str], ticks: int) -> list[list[float]]:
    """Give the accuracies of all choices of one network, of two, and so on up to all."""
    votes, labels = zip(*(_votes(name, ticks) for name in names), strict=True)
    return [
        [float((sum(together).argmax(1) == labels[0]).mean()) for together in combinations(votes, size)]
        for size in range(1, len(names) + 1)
    ]


def _votes(name: str, ticks: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the votes for the validation split, (n_examples, n_classes), and its labels."""
    network = load_network(f"zoo:{name}")
    examples = held_out(network)
    program = show_moved(deploy(network), ticks)
    return count_votes(program, examples.values, threads=1).votes, examples.labels


if __name__ == "__main__":
    main()
