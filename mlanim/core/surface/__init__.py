"""The loss around any trained network: planes through its weights, cuts, the Hessian."""
