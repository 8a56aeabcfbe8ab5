"""Choosing among options: one, several within limits, yes or no."""
