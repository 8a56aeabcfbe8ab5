"""The parts of `scripts/endure.py`: phones that behave like ours, a server to be killed, the trials."""
