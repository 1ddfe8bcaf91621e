"""The axis of accuracies holds every accuracy, right ones in rising order, whatever there are."""

import pytest
from matplotlib.figure import Figure

from spikeloom.plot.scale import space_by_error


@pytest.mark.parametrize("accuracies", [[0.0, 100.0], [100.0], [99.99, 100.0], [50.0], [98.1, 99.4]])
def test_every_accuracy_lies_within_the_axis(accuracies):
    axes = Figure().subplots()
    space_by_error(axes, accuracies)
    assert "stretched by the log of the error" in axes.get_ylabel()
    low, high = axes.get_ylim()
    places = [axes.transData.transform((0, accuracy))[1] for accuracy in sorted(accuracies)]
    bottom, top = (axes.transAxes.transform((0, end))[1] for end in (0, 1))
    assert low < high
    assert places == sorted(places)
    assert bottom - 1e-6 < places[0]
    assert places[-1] < top
