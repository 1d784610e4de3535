"""How the process apart gives its powers up, before it has read a byte of a stranger: for good, and with whole limits.

After `confine` the process can compute, and speak on the sockets that it has. It cannot open a file, a socket or
another program, write a file, leave a core, or go on after the parent; and it has an end of memory and of CPU time.
"""

import ctypes
import resource

from intake.records.refusing import refuse_programs

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
SIGKILL = 9


def confine(memory_bytes: int, cpu_seconds: int) -> None:
    """Give up everything but memory up to `memory_bytes` of address space, and CPU up to `cpu_seconds`.

    Everything must be imported before: from here on nothing can be opened, and who tries gets OSError (EMFILE).
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # A network of its own, with nothing in it. Some systems do not allow it; no socket can be opened there either.
    if libc.unshare(CLONE_NEWNET) != 0:
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)
    _limit(resource.RLIMIT_AS, memory_bytes, memory_bytes)
    _limit(resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1)
    if not refuse_programs(libc):
        _limit(resource.RLIMIT_NPROC, 0, 0)  # then without threads, too
    for name in ("RLIMIT_CORE", "RLIMIT_FSIZE", "RLIMIT_MEMLOCK", "RLIMIT_MSGQUEUE", "RLIMIT_NOFILE"):
        _limit(getattr(resource, name), 0, 0)


def _limit(which: int, soft: int, hard: int) -> None:
    """Lower a limit; one that is lower already stays."""
    _, now = resource.getrlimit(which)
    if now != resource.RLIM_INFINITY:
        soft, hard = min(soft, now), min(hard, now)
    resource.setrlimit(which, (soft, hard))
