"""A disk that misbehaves when it is told to, under a server of its own; and a bit that flips on any other."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("faulty_disk.c")


@dataclass(frozen=True)
class FaultyDisk:
    """What a process is started with so that its disk can go wrong, and the switch."""

    library: Path
    switch: Path
    under: Path

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "LD_PRELOAD": str(self.library),
            "KIOSK_FAULT": str(self.switch),
            "KIOSK_FAULT_UNDER": f"{self.under}/",
        }

    def be(self, fault: str) -> None:
        """``slow 100`` (milliseconds a flush), ``readonly``, ``broken``, ``unflushed``, ``full`` or ``good``
        from now on."""
        new = self.switch.with_suffix(".new")
        new.write_text(fault)
        new.replace(self.switch)


def faulty_disk(folder: Path, under: Path) -> FaultyDisk:
    """Build one in a folder; it goes wrong below ``under``."""
    library = folder / "faulty_disk.so"
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-O1", "-w", "-o", str(library), str(SOURCE), "-ldl"],
        check=True,
        capture_output=True,
    )
    disk = FaultyDisk(library, folder / "fault", under)
    disk.be("good")
    return disk


def flip(path: Path, place: int) -> None:
    """Change one bit where it lies, as a disk would: the file is neither cut off nor written anew."""
    with path.open("r+b") as file:
        file.seek(place)
        (byte,) = file.read(1)
        file.seek(place)
        file.write(bytes([byte ^ 1]))
