"""A scene run through as Manim runs it: loaded, planned, stepped, and its state compared."""
