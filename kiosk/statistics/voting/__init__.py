"""Vote counting rules, in exact numbers. A tie that changes the outcome stops a count: see ``ties``."""
