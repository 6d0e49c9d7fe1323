"""The small PyTorch core: numbers only. Imports torch and numpy, never manim."""
