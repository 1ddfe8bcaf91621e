"""SANA-FE: an architecture file with cited energies, and a network file."""
