"""Backups: the room's file as it was at one moment, encrypted, several generations, in more than one place.

``box`` locks and opens one backup, ``places`` keeps them in folders, ``keeper`` makes them while the room
runs, ``restoring`` brings one back. None of it knows what the file holds.
"""
