"""Degrees in words, agreement, or a number with labelled ends."""
