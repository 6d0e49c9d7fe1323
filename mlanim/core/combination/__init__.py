"""How layers combine their inputs: which inputs each output depends on, and how strongly."""
