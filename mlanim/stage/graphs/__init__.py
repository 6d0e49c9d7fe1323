"""Nodes and edges with what they hold: networks, and graphs of a computation."""
