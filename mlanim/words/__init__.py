"""Numbers and sentences as a viewer reads them. Imports neither torch nor manim, so `core` writes
its findings with it and `stage` sets them."""
