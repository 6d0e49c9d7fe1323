"""Pictures of one neuron."""
