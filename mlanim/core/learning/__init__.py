"""What training does, and what it computes with."""
