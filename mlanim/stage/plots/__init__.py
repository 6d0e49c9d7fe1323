"""Coordinates and what is plotted on them."""
