"""NSCS, IBM's TrueNorth simulator and chip loader."""
