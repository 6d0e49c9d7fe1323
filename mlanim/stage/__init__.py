"""The visual vocabulary on Manim: shapes, text, theme and the contract of a scene.

A scene file starts with `from mlanim.stage import *`-like imports of what it names;
nothing here imports torch or `mlanim.core`.
"""
