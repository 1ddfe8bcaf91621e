"""The page: a chip program that anyone can draw for, look into and break, in a browser."""
