"""Measurements of speed and of the mathematics' error; `make bench` runs them all.

Speeds are ratios within one run, because machines differ and drift.
"""
