"""The lint: what a viewer could not read or should not see, found by measuring."""
