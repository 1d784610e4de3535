"""A process that has imported all that looking needs, and forks a child for each file. A program that `ready` runs.

It never reads a byte of a file: it takes the socket over which a child will speak with the service, forks, and hands
that socket down. The child gives up its powers before it reads (`looking`, `confining`). When the service ends, so does
this process, and with it every child.
"""

import os
import socket

from intake.records import looking

WORD_BYTES = 32


def main() -> None:
    """Serve until the service hangs up: a socket begins a child and is answered by its number, a number ends one."""
    control = socket.socket(fileno=0)
    while True:
        word, sockets, _, _ = socket.recv_fds(control, WORD_BYTES, 1)
        if not word:
            return
        control.send(str(_begin(sockets[0]) if sockets else _end(int(word))).encode())


def _begin(connection: int) -> int:
    """The number of a new child, which speaks on this socket and holds no other."""
    number = os.fork()
    if number == 0:
        os.dup2(connection, 0)  # in the place of the line to the service
        os.close(connection)
        looking.run()
    os.close(connection)
    return number


def _end(number: int) -> int:
    """How a child ended, which has ended or is being killed: its exit code, or minus the signal."""
    _, status = os.waitpid(number, 0)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    main()
