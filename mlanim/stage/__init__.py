"""The visual vocabulary on Manim: shapes, text, theme and the contract of a scene.

A scene takes its words from `mlanim.stage.vocabulary`; nothing here imports torch or `mlanim.core`.
"""
