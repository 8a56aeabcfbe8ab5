"""Start the kiosk: `python3 run.py`. `python3 run.py --help` tells what else it can do."""

import sys

# Nothing above or below may be too new for an old Python to read, or it could not say this.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("The kiosk needs Python 3.11 or newer, and this is Python " + sys.version.split()[0] + ".")

from pathlib import Path

from kiosk.bootstrap import ensure

ROOT = Path(__file__).resolve().parent


def start() -> int:
    """Make sure that everything the kiosk is built on is there, then start the room, or the central store."""
    if sys.argv[1:2] == ["central"]:
        ensure(ROOT, "requirements-central.txt", browser=False)
        from kiosk.central.main import main as central

        return central(sys.argv[2:])
    return start_room()


def start_room() -> int:
    ensure(ROOT)

    import display
    import facilitator
    from kiosk.app import Window
    from kiosk.main import main

    return main(
        console=Window(facilitator.blueprint, facilitator.render_state),
        wall=Window(display.blueprint, display.render_state),
    )


if __name__ == "__main__":
    raise SystemExit(start())
