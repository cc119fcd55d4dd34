"""A day proposed by a solver: the same lessons, better placed; what that gains is counted."""
