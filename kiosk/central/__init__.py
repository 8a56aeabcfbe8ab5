"""The central store: takes sealed meetings in, counts them again, and keeps them as dialogues.

The only home of SQLAlchemy, Alembic, psycopg, argon2 and waitress. Knows the bundle and the pure rules, and
nothing of a room.
"""
