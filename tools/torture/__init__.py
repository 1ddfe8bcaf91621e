"""Torture: damaged files, kills, full disks, neighbours, and long runs; what came of each is one row of a table."""
