"""Where the room is found: the addresses that phones type or scan, and the names this machine answers to."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field

from kiosk.addresses import LOOPBACK, addresses, join_address
from kiosk.clock import Clock

LOOK_AGAIN_SECONDS = 5
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass
class Whereabouts:
    """The addresses of this machine and the ports it listens on. Networks change, so it looks again."""

    clock: Clock
    port: int
    local_port: int
    host: str = "0.0.0.0"
    names: tuple[str, ...] = ()
    _known: frozenset[str] = field(default=LOCAL, init=False)
    _address: str = field(default="", init=False)
    _looked_at: float | None = field(default=None, init=False)

    @property
    def address(self) -> str:
        """The IPv4 address that phones reach."""
        self._look()
        return self._address

    def is_alone(self) -> bool:
        """Whether this machine is on no network, so that no phone can reach it."""
        return self._listens_everywhere() and self.address == LOOPBACK

    def is_ours(self, name: str) -> bool:
        """Whether a host name or address is this machine's own."""
        if name in LOCAL:
            return True
        self._look()
        return name in self._known

    def base(self) -> str:
        """The address of the room for other devices: ``http://10.0.0.1:8080``."""
        return f"http://{self.join_host()}"

    def local_base(self) -> str:
        """The address for browsers on this machine: a listener of their own, and a secure context."""
        return f"http://127.0.0.1:{self.local_port}"

    def join_host(self) -> str:
        """What people type: the address, with the port only where it is not the usual one."""
        return self.address if self.port == 80 else f"{self.address}:{self.port}"

    def join_url(self, code: str) -> str:
        """What the QR code holds. In capitals, which make it smaller; paths are read in any case."""
        return f"HTTP://{self.join_host()}/{code}"

    def _look(self) -> None:
        now = self.clock.seconds()
        if self._looked_at is not None and now - self._looked_at < LOOK_AGAIN_SECONDS:
            return
        self._looked_at = now
        own_name = socket.gethostname().lower()
        listens_everywhere = self._listens_everywhere()
        self._address = join_address() if listens_everywhere else self.host
        found = {address.ip for address in addresses()} if listens_everywhere else {self.host}
        self._known = LOCAL | found | {own_name, f"{own_name}.local", *map(str.lower, self.names)}

    def _listens_everywhere(self) -> bool:
        return self.host in ("", "0.0.0.0")
