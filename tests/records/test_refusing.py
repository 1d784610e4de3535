"""The filter of the process apart: threads begin, processes and programs do not, and nothing is reached in others."""

import ctypes
import os
import subprocess
import sys

import pytest

from intake.records import refusing

TRIES = """
import ctypes, errno, os, sys, threading
from intake.records.confining import PR_SET_NO_NEW_PRIVS
from intake.records.refusing import refuse_programs

def tried(act):
    try:
        return act()
    except OSError as error:
        return errno.errorcode[error.errno]

libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
said = [str(refuse_programs(libc))]
threads = [threading.Thread(target=said.append, args=(word,)) for word in ("one", "two")]
for thread in threads:
    thread.start()
    thread.join()
said.append(tried(lambda: os.fork() or os._exit(0)))
said.append(tried(lambda: os.execv(sys.executable, [sys.executable, "-c", "print('began')"])))
said.append(tried(lambda: os.posix_spawn(sys.executable, [sys.executable, "-c", "1"], {})))
libc.ptrace(0, 0, 0, 0)
said.append(errno.errorcode[ctypes.get_errno()])
print(*said)
"""


@pytest.mark.skipif(os.uname().machine not in refusing.MACHINES, reason="the kernel's filter is not known here")
def test_threads_begin_and_processes_and_programs_do_not() -> None:
    done = subprocess.run([sys.executable, "-c", TRIES], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.split() == ["True", "one", "two", "EPERM", "EPERM", "EPERM", "EPERM"], done.stderr


def test_where_the_machine_is_not_known_nothing_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusing, "MACHINES", {})
    assert refusing.refuse_programs(ctypes.CDLL(None)) is False
