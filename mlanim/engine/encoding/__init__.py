"""Frames to files: colour planes, encoders, packets, sound, captions."""
