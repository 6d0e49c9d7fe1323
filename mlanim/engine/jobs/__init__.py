"""What is asked for: scenes, settings, jobs, pages, and the sidecars that vouch for outputs."""
