"""Writes backup after backup into a folder, whatever becomes of it, until it is killed.

python writing_for_ever.py FOLDER FILE: for each line on standard input, the number of the newest generation,
a child goes on from there, whose process id is told.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kiosk.backups import places
from kiosk.backups.box import NotABackup, describe

KEY = bytes(32)
INSTALLATION = "ab" * 8


def write_for_ever(folder: Path, plain: bytes, generation: int) -> None:
    while True:
        generation += 1
        facts = {"id": INSTALLATION, "generation": generation, "made_at": "", "sealed": False, "openness": 0}
        header = describe(plain, KEY, **facts)
        try:
            places.write(folder, plain, header, KEY)
            places.let_go(folder, header)
        except (OSError, NotABackup):
            continue


def main(folder: Path, plain: bytes) -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            write_for_ever(folder, plain, int(line))
        print(child, flush=True)
        os.waitpid(child, 0)
        print("ended", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]).read_bytes())
