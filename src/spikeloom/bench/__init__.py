"""The simulator's own timings, as ratios within one run: machines differ and drift."""
