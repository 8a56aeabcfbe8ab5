"""Which address is shown to phones."""

from __future__ import annotations

import socket
from itertools import permutations

import pytest

from kiosk.addresses import LOOPBACK, Address, addresses, default_routes, first, join_address, rank

WIFI = Address("192.168.8.10", "wlan0")
CABLE = Address("10.0.0.1", "eth0")
CAMPUS = Address("130.239.4.7", "eth1")
DOCKER = Address("172.17.0.1", "docker0")
TAILSCALE = Address("100.101.102.103", "tailscale0")

ROUTES = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
wlan0\t00000000\t0108A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
eth0\t0000000A\t00000000\t0001\t0\t0\t100\t00F8FFFF\t0\t0\t0
tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0
"""


@pytest.mark.parametrize("found", list(permutations([WIFI, CABLE, CAMPUS, DOCKER, TAILSCALE])))
def test_the_likeliest_address_comes_first_in_whatever_order_the_system_tells(
    found: tuple[Address, ...],
) -> None:
    assert rank(found, ways_out={"wlan0", "eth1"}) == (WIFI, CABLE, CAMPUS, DOCKER, TAILSCALE)


def test_among_equals_the_systems_order_stays() -> None:
    assert rank([CABLE, WIFI]) == (CABLE, WIFI)
    assert rank([WIFI, CABLE]) == (WIFI, CABLE)


@pytest.mark.parametrize("ip", ["127.0.0.1", "127.0.1.1", "169.254.12.3", "0.0.0.0", "224.0.0.1"])
def test_what_no_phone_can_reach_is_left_out(ip: str) -> None:
    assert rank([Address(ip, "eth0")]) == ()


@pytest.mark.parametrize(
    "interface",
    [
        "docker0",
        "br-5f2c81d5a0b1",
        "veth12ab",
        "virbr0",
        "vboxnet0",
        "utun3",
        "tun0",
        "wg0",
        "tailscale0",
        "vEthernet (WSL)",
        "Hyper-V Virtual Ethernet Adapter",
        "VirtualBox Host-Only Ethernet Adapter",
        "VMware Virtual Ethernet Adapter for VMnet8",
        "Tailscale Tunnel",
        "WireGuard Tunnel",
    ],
)
def test_inner_networks_and_tunnels_are_pushed_down(interface: str) -> None:
    inner = Address("192.168.99.1", interface)
    assert rank([inner, CAMPUS]) == (CAMPUS, inner)


@pytest.mark.parametrize(
    "interface",
    [
        "eth0",
        "enp0s31f6",
        "wlp2s0",
        "en0",
        "bridge100",
        "br0",
        "Wi-Fi",
        "Microsoft Wi-Fi Direct Virtual Adapter #2",
    ],
)
def test_adapters_that_phones_may_be_on_are_not(interface: str) -> None:
    assert not Address("192.168.137.1", interface).inner


@pytest.mark.parametrize(
    ("ip", "private"),
    [
        ("10.0.0.1", True),
        ("172.16.0.1", True),
        ("172.31.255.254", True),
        ("172.32.0.1", False),
        ("192.168.137.1", True),
        ("192.169.0.1", False),
        ("100.64.0.1", False),
    ],
)
def test_private_addresses(ip: str, private: bool) -> None:
    assert Address(ip, "eth0").private is private


def test_the_likeliest_address_is_shown() -> None:
    assert first((WIFI, CABLE)) == "192.168.8.10"


def test_without_any_network_the_machine_itself_remains() -> None:
    assert first(()) == LOOPBACK


def test_gateways_are_read_from_the_routing_table() -> None:
    assert default_routes(ROUTES) == {"wlan0"}
    assert default_routes("") == frozenset()


def test_every_address_of_this_machine_is_really_its_own() -> None:
    for address in addresses():
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind((address.ip, 0))
    assert join_address() == (addresses()[0].ip if addresses() else LOOPBACK)
