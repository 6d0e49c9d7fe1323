"""One neuron: what it answers over its inputs, and how it learns."""
