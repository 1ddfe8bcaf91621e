"""The best accuracy for an energy: a search over recipes and topologies, and what the zoo has reached."""
