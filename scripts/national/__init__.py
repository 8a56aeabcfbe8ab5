"""A seeded national year of dialogues: held, loaded into a central store, and measured."""
