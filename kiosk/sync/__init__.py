"""Taking a sealed meeting home: the bundle, its signature, the outbox, and the way to the central store.

``bundle``, ``records``, ``signing``, ``receipts`` and ``exchange`` are spoken by both ends; the rest is the
laptop's.
"""
