"""What is seen of a module while it runs: who calls whom, and products that are attention."""
