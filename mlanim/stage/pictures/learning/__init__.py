"""Pictures of how learning gets its rates of change."""
