"""A scene's video: planned, drawn in segments, joined."""
