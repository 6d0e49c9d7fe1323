"""Pictures of what layers do one after another."""
