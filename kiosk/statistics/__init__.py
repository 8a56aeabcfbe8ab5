"""Statistics and disclosure control, as pure functions of the standard library."""
