"""The parts of `scripts/bench.py`: a hall of phones, the servers they vote on, and the figures."""
