"""Themes as values and the arithmetic of their colours."""
