"""Pictures of losses."""
