"""Which address phones reach: every IPv4 address of this machine, the likeliest first.

No packet is sent to find out: in a room without the internet there may be nowhere to send one. The only
home of ifaddr.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import ifaddr

LOOPBACK = "127.0.0.1"

_PRIVATE = tuple(IPv4Network(network) for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))

# Networks that exist inside this machine only, or lead through a tunnel: no phone in the room is on one.
_INNER_NAMES = (
    "br-", "cali", "cni", "docker", "flannel", "hamachi", "kube", "lxc", "lxdbr", "nordlynx", "podman", "ppp",
    "tailscale", "tap", "tun", "utun", "vboxnet", "veth", "virbr", "vmenet", "vmnet", "wg", "zt",
)  # fmt: skip
_INNER_WORDS = (
    "docker", "hyper-v", "openvpn", "podman", "tailscale", "tap-windows", "vbox", "vethernet", "virtualbox",
    "vmware", "vpn", "wintun", "wireguard", "wsl", "zerotier",
)  # fmt: skip


@dataclass(frozen=True)
class Address:
    """One IPv4 address of one network adapter."""

    ip: str
    interface: str

    @property
    def private(self) -> bool:
        """Whether it is of the kind that routers hand out in a room."""
        return any(IPv4Address(self.ip) in network for network in _PRIVATE)

    @property
    def inner(self) -> bool:
        """Whether the adapter looks like one of a container, a virtual machine or a tunnel."""
        name = self.interface.lower()
        return name.startswith(_INNER_NAMES) or any(word in name for word in _INNER_WORDS)

    @property
    def reachable(self) -> bool:
        """Whether another device could reach it at all."""
        ip = IPv4Address(self.ip)
        return not (ip.is_loopback or ip.is_link_local or ip.is_unspecified or ip.is_multicast)


def join_address() -> str:
    """The address to show: the likeliest, else loopback."""
    return first(addresses())


def addresses() -> tuple[Address, ...]:
    """Every address of this machine that another device could reach, the likeliest first."""
    return rank(_found(), _ways_out())


def first(ranked: Collection[Address]) -> str:
    """The first of these addresses, else loopback."""
    return next((address.ip for address in ranked), LOOPBACK)


def rank(found: Iterable[Address], ways_out: Collection[str] = ()) -> tuple[Address, ...]:
    """Order what others could reach: private addresses, first on adapters with a way out; then the rest; last
    adapters that lead into this machine or a tunnel. Among equals the system's own order stays."""

    def unlikeliness(address: Address) -> tuple[bool, bool, bool]:
        return address.inner, not address.private, address.interface not in ways_out

    return tuple(sorted((address for address in found if address.reachable), key=unlikeliness))


def default_routes(table: str) -> frozenset[str]:
    """The adapters that have a gateway, from Linux's routing table as text."""
    rows = (line.split() for line in table.splitlines()[1:])
    return frozenset(row[0] for row in rows if len(row) > 3 and row[1] == "00000000" and int(row[3], 16) & 2)


def _found() -> list[Address]:
    return [
        Address(ip.ip, adapter.nice_name)
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
        if isinstance(ip.ip, str)
    ]


def _ways_out() -> frozenset[str]:
    """Only Linux tells this in a file; elsewhere the rest of the order decides."""
    try:
        return default_routes(Path("/proc/net/route").read_text(encoding="ascii"))
    except OSError:
        return frozenset()
