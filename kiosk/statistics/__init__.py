"""Statistics and disclosure control, as pure functions.

A library: the meetings use part of it today. What no window asks for yet (agreement of coders, goals, strata,
the rules of counting ranked and divided votes, further intervals) is held to published reference cases like
the rest, for the next question kinds and reports.
"""
