"""Compound pictures, each of one idea, composed from the vocabulary of `mlanim.stage`."""
