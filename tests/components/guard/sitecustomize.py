"""Refuses the network to this Python process: only loopback and sockets of this machine. Loaded at its start."""

import ipaddress
import socket
import sys

LOCAL_NAMES = frozenset({"", "localhost", "localhost.", "ip6-localhost", socket.gethostname().lower()})
LOOK_UPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
SENDING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
SENTENCE = "tests stay on this machine: no network but loopback"


class NetworkRefused(socket.gaierror):
    """A test reached for the network."""


def is_local(host: object) -> bool:
    """True for loopback addresses and the names of this machine."""
    if host is None:
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name.lower() in LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(name.split("%", 1)[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def refuse_network(event: str, arguments: tuple) -> None:
    """An audit hook, which cannot be taken out again: it sees every connection that Python makes."""
    if event in LOOK_UPS and not is_local(arguments[0]):
        raise NetworkRefused(socket.EAI_NONAME, SENTENCE)
    # An address that is no tuple is a unix socket's, or a question to the kernel about this machine.
    if event in SENDING and isinstance(arguments[1], tuple) and not is_local(arguments[1][0]):
        raise NetworkRefused(socket.EAI_FAIL, SENTENCE)


sys.addaudithook(refuse_network)
