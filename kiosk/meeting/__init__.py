"""The rules of a meeting, as pure values and functions.

Nothing here knows the web, SQL, the clock, chance or files.
"""
