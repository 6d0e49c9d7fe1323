"""Multiplicative gates and rotary positions."""
