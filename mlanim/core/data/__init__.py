"""Data sets drawn from a seed."""
