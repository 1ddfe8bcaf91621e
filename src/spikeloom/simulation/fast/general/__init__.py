"""The general path: 256 neurons of a core at once, tick by tick, for every program."""
