"""Losses over planes of weights."""
