"""Pictures of what transformers do."""
