"""Manim's mobjects, made and asked in less time: the same answers, bit by bit."""
