"""ReLU networks as folds of the plane, and their linear regions."""
