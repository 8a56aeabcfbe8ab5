"""The parts of `scripts/rehearse.py`: where the room is, what people do, and the phone they do it with."""
