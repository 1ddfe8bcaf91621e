"""Tables, figures and JSON of what was measured."""
