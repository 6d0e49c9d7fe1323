"""A job in, files out. Knows Manim and the contract of a scene, no particular scene."""
