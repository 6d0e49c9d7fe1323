"""Live figures: pages with sliders, each of whose states was computed and drawn before."""
