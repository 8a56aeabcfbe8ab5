"""The store: the only SQL on the laptop, and the only home of sqlite_utils.

One SQLite file, one writer on a native thread. Each module holds the statements of one noun, as functions of
a connection; ``Store`` decides which connection that is.
"""

import importlib
import sys


def _import_lightly(library: str, without: tuple[str, ...]) -> None:
    """Import a library as it is where some others are not installed.

    sqlite-utils takes numpy and pandas along where it finds them, so as to understand their numbers. It is
    given none here, and every start would wait half a second for them.
    """
    kept_out = [name for name in without if name not in sys.modules]
    sys.modules.update(dict.fromkeys(kept_out))  # type: ignore[arg-type]
    importlib.import_module(library)
    for name in kept_out:
        del sys.modules[name]


_import_lightly("sqlite_utils", without=("numpy", "pandas"))
