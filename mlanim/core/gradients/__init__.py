"""What becomes of gradients: through layers, over a cliff, under normalisation."""
