"""What is kept of earlier runs, by content, and what each result depends on."""
