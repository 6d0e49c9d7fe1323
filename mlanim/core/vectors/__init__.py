"""Two vectors and what they say of each other."""
