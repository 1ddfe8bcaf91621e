"""From a learned network to a chip program: sample, place, route, check the fit."""
