"""Manim's Cairo cameras, drawn fast: outlines kept, painting batched, frames painted in parts."""
