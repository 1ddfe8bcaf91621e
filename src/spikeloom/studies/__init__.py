"""Work that is repeated over models, recipes, seeds, members, draws and faults, on many processes and machines."""
