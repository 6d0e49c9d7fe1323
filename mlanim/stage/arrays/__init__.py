"""Mobjects that hold arrays and are painted in one pass."""
