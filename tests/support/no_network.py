"""Leaving every network, and noting who is called nevertheless. Linux only, by the kernel's own means."""

from __future__ import annotations

import ctypes
import fcntl
import ipaddress
import os
import socket
import struct
import sys
from pathlib import Path
from typing import Any

NEW_NETWORK = 0x40000000
NEW_USER = 0x10000000
SET_FLAGS = 0x8914
UP_AND_RUNNING = 0x41
NOTED, CALLED = "CALLS ARE NOTED", "CALLED"
"""What is said of it: once, and of each call."""
UNREACHED = ("192.0.2.1", 9)
"""An address that is nobody's; a machine with any way out has a way to it."""


def leave_every_network() -> bool:
    """From now on this process and its children reach nobody but one another. False where the system does not
    let a process do that. Before any thread is started."""
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(NEW_NETWORK) != 0:
        if libc.unshare(NEW_USER | NEW_NETWORK) != 0:
            return False
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sH14x", b"lo", UP_AND_RUNNING))
    return not _has_a_way_out()


def _has_a_way_out() -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(UNREACHED)
        except OSError:
            return False
        return True


def note_calls() -> None:
    """Say on standard error whom this process calls or looks up, from now on, and let none of it through."""
    sys.addaudithook(_note)
    print(NOTED, file=sys.stderr, flush=True)


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        address = arguments
    else:
        return
    if isinstance(address, tuple) and not _is_here(str(address[0])):
        print(f"{CALLED} {event} {address}", file=sys.stderr, flush=True)
        raise PermissionError(f"{event} {address}")


def _is_here(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
