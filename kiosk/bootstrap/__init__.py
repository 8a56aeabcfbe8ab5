"""Set-up: on a fresh copy everything the kiosk is built on is fetched, once; later starts touch no network.

Knows the standard library only, since it runs before anything else is there.
"""

from __future__ import annotations

import sys
from pathlib import Path

from kiosk.bootstrap import client, environment
from kiosk.bootstrap.steps import SetUpFailed

ROOM = "requirements.txt"


def ensure(root: Path, requirements: str = ROOM, *, browser: bool = True) -> None:
    """Return with every library importable and, unless nobody needs it, the browser's part in place.

    When this interpreter lacks them, the same command goes on in the kiosk's own ``.venv`` instead, and this
    call does not return. What cannot be done is said in one line.
    """
    try:
        fetched = environment.enter(root, requirements)
        if (browser and client.fetch(root)) or fetched:
            print("The kiosk is set up. From now on it starts without the internet.\n", flush=True)
    except SetUpFailed as failure:
        sys.exit(f"\n{failure}")
    except OSError as error:
        sys.exit(f"\nThe kiosk could not be set up in {root}: {error.strerror or error}.")
    except KeyboardInterrupt:
        sys.exit("\nStopped. Start again, and the set-up goes on.")
