"""Where the server listens: the port, our own sockets, the limit of open files.

The sockets are made here and not by the server's library: that would share a port with a second copy in
silence and let phones queue behind a backlog of fifty.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from kiosk.addresses import LOOPBACK
from kiosk.languages import gettext as _

BACKLOG = 4096
USUAL_PORTS = (80, 8080)
FURTHER_PORTS = range(8081, 8181)
FILES_WANTED = 65_536

# Without epoll or its like, a Windows server watches at most 512 sockets at a time.
WINDOWS_FILES = 700

# Browsers never open these, whoever listens there (the "bad ports" of the Fetch standard, from 1 up).
CLOSED_TO_BROWSERS = frozenset((
    1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103,
    104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513,
    514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720,
    1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
))  # fmt: skip


class CannotStart(Exception):
    """Why the room cannot be opened and what to do, in one line for the person at the keyboard."""


@dataclass(frozen=True)
class Listener:
    """A socket that listens, the port it has, and what a person should know about that port."""

    socket: socket.socket
    port: int
    note: str | None = None


def listen(host: str, port: int | None) -> Listener:
    """Listen for phones: on the port that was asked for, else on the first usual one that can be had."""
    if port is not None:
        return _listen_on(host, port)
    missed: dict[int, OSError] = {}
    for candidate in (*USUAL_PORTS, *FURTHER_PORTS):
        try:
            return Listener(_bound(host, candidate), candidate, _note(missed, candidate))
        except OSError as error:
            _refuse_unknown_host(host, error)
            missed[candidate] = error
    raise CannotStart(_("No port from 80 to %(last)s is free.") % {"last": FURTHER_PORTS[-1]})


def listen_locally(after: int) -> Listener:
    """Listen for this machine's own browser, on the first free port after the phones' one."""
    for candidate in _local_candidates(after):
        try:
            listening = _bound(LOOPBACK, candidate)
        except OSError:
            continue
        return Listener(listening, listening.getsockname()[1])
    raise CannotStart(_("No port is free for this computer's own browser."))


def raise_file_limit() -> int:
    """Ask for room for a thousand phones and more; gives how many files, sockets included, may be open."""
    if sys.platform == "win32":
        return WINDOWS_FILES

    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (FILES_WANTED, 10_240, 4_096):
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        if soft == resource.RLIM_INFINITY or soft >= most:
            return most
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        except (OSError, ValueError):
            # macOS promises more than it gives.
            continue
        return most
    return soft


def _listen_on(host: str, port: int) -> Listener:
    if port in CLOSED_TO_BROWSERS:
        raise CannotStart(
            _("Browsers refuse to open port %(port)s. Choose another with --port.") % {"port": port}
        )
    try:
        listening = _bound(host, port)
    except OSError as error:
        _refuse_unknown_host(host, error)
        raise CannotStart(_missed(port, error)) from error
    return Listener(listening, listening.getsockname()[1])


def _bound(host: str, port: int) -> socket.socket:
    """A listening socket, or an OSError when anybody else listens there."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        _make_exclusive(listening)
        listening.bind((host, port))
        if _answers(host, port):
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
        listening.listen(BACKLOG)
    except BaseException:
        listening.close()
        raise
    return listening


def _make_exclusive(listening: socket.socket) -> None:
    """Never share the port with a second copy. On POSIX the option set here only lets a restart take over a
    port whose last connections are still fading away; on Windows that option would mean sharing."""
    if sys.platform == "win32":
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


def _answers(host: str, port: int) -> bool:
    """Whether somebody listens on an address that is known to be ours.

    Binding tells that too, but not on macOS, where a listener on loopback alone does not stop another on all
    addresses, and would then take the laptop's own browser away from it.
    """
    if port == 0 or sys.platform == "win32":
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.3)
        try:
            probe.connect((LOOPBACK if host in ("", "0.0.0.0") else host, port))
        except OSError:
            return False
        # A probe from just the port it knocks at meets itself.
        return bool(probe.getsockname() != probe.getpeername())


def _refuse_unknown_host(host: str, error: OSError) -> None:
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        raise CannotStart(
            _("This computer has no address %(host)s. Leave --host away to listen on all it has.")
            % {"host": host}
        ) from error


def _missed(port: int, error: OSError) -> str:
    if _forbidden(error):
        return _("Port %(port)s is not allowed for this user. Choose another with --port.") % {"port": port}
    return _("Port %(port)s is taken by another program. Stop that one, or choose another with --port.") % {
        "port": port
    }


def _note(missed: dict[int, OSError], port: int) -> str | None:
    """Why the address has a port in it."""
    match list(missed.items()):
        case []:
            return None
        case [(only, error)] if _forbidden(error):
            return _("Port %(wanted)s was not allowed, so %(port)s.") % {"wanted": only, "port": port}
        case [(only, _error)]:
            return _("Port %(wanted)s was taken, so %(port)s.") % {"wanted": only, "port": port}
        case _several:
            return _("The usual ports could not be had, so %(port)s.") % {"port": port}


def _forbidden(error: OSError) -> bool:
    return error.errno in (errno.EACCES, errno.EPERM)


def _local_candidates(after: int) -> Iterable[int]:
    """Ports below 1024 are often forbidden, which the port after 80 would be."""
    near = range(after + 1, min(after + 100, 65_536))
    return (port for port in (*near, *FURTHER_PORTS, 0) if port not in CLOSED_TO_BROWSERS)
