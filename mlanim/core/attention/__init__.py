"""A small transformer and the grammar that it learns."""
