"""What feeds the axons of a NIR graph's cores: linear nodes of zeros and ones followed down to inputs and neurons."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spikeloom.export.nir.graph import Graph

Source = tuple[str, int]
"""A node and a place in it: an input, or a neuron."""


def axon_feeds(graph: Graph, core: str) -> list[tuple[int, Source]]:
    """Give (axon, source) of everything that feeds a core."""
    return _feeds(graph, graph.below[graph.weighted(core)], core)


def output_feeds(graph: Graph) -> list[tuple[int, Source]]:
    """Give (line, source) of everything that feeds the output."""
    return _feeds(graph, graph.below[graph.output], graph.output)


def _feeds(graph: Graph, nodes: list[str], owner: str) -> list[tuple[int, Source]]:
    """Give (place, source) of everything that feeds the places of a node; a sum of several is no axon."""
    terms = list(_terms(graph, nodes, owner))
    places = [place for place, _ in terms]
    if len(set(places)) < len(places):
        summed = next(place for place in places if places.count(place) > 1)
        raise graph.error(owner, f"axon {summed} is a sum of several spikes; an axon carries one spike a tick")
    return [(place, source) for place, sources in terms for source in sources]


def _terms(
    graph: Graph, nodes: list[str], owner: str, above: tuple[str, ...] = ()
) -> Iterator[tuple[int, tuple[Source, ...]]]:
    """Follow nodes that only gather down to inputs and neurons.

    Gives (place, sources) for each term of the place's sum; a term of several sources is one spike of theirs.
    """
    for name in nodes:
        if name in above:
            raise graph.error(name, "gathers from itself; a circle without a neuron holds nothing")
        if name == graph.input or name in graph.cores:
            yield from ((place, ((name, place),)) for place in range(graph.size(name)))
        elif graph.merges(name):
            yield from _merged(graph, name, owner, (*above, name))
        elif graph.gathers(name):
            rows = np.asarray(graph.nodes[name].weight) != 0
            for place, sources in _terms(graph, graph.below[name], owner, (*above, name)):
                yield from ((int(row), sources) for row in np.flatnonzero(rows[:, place]))
        else:
            kind = type(graph.nodes[name]).__name__
            raise graph.error(name, f"is a {kind} that feeds {owner}; spikes and 0/1 gathering can feed a core")


def _merged(graph: Graph, name: str, owner: str, above: tuple[str, ...]) -> Iterator[tuple[int, tuple[Source, ...]]]:
    """Give one term for each place of a node that makes one spike of all that feed it."""
    rows = graph.weights(name) != 0
    found: dict[int, list[Source]] = {}
    for place, sources in _terms(graph, graph.below[graph.weighted(name)], owner, above):
        for row in np.flatnonzero(rows[:, place]).tolist():
            found.setdefault(row, []).extend(sources)
    yield from ((row, tuple(dict.fromkeys(sources))) for row, sources in found.items())
