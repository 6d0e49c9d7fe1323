"""Pictures of a folded plane."""
