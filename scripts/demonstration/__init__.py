"""A dialogue held by simulated phones that count as participants, up to the central store."""
