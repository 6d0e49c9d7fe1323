"""A scene's panels, or its state at a moment, as vectors and pixels."""
