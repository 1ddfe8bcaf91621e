"""Measurements of speed, of the mathematics' error, and of what the docs tell of accuracy.

`make bench` runs those that `__main__` names; the others stand by themselves, ``python -m benchmarks.NAME``, beside the
table that they show. What is compared is timed in turn within one run, because machines differ and drift.
"""
