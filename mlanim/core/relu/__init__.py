"""Piecewise affine networks: how they are read, and the regions into which they cut a plane."""
