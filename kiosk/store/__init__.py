"""The store: the only SQL on the laptop, and the only home of sqlite_utils.

One SQLite file, one writer on a native thread. Each module holds the statements of one noun, as functions of
a connection; ``Store`` decides which connection that is.
"""
