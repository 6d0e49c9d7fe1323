"""A voice: the script of what is said, recordings of it, and programs that speak it."""
