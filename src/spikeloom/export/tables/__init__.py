"""A program as tables that small machines walk: what C and Verilog share.

What can reach no output is left out, axons lie by type, neurons in the order of what they feed.
"""
