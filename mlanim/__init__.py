"""Manim animations and figures of machine learning, drawn from real PyTorch computations."""

__version__ = "0.1.0"
