"""The processes that compute and draw, here and on a cluster, and what they tell."""
