"""A scene's panels, or its state at one time, as vectors and pixels."""
