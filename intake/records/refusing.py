"""A filter in the kernel (seccomp) for the process apart: threads may begin in it, and no process and no program.

It holds for good, for root too, and reaches into no other process. A limit on processes cannot do this: it counts
threads as well, and the parser of HEIC photos cannot do without one. See seccomp(2), and the kernel's tables of calls.
"""

import ctypes
import errno
import os
import struct

PR_SET_SECCOMP, MODE_FILTER = 22, 2
CLONE_THREAD = 0x10000
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
AT_NUMBER, AT_MACHINE, AT_FIRST_ARGUMENT = 0, 4, 16
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
OTHER_TABLE = 0x40000000  # x86 calls with 32-bit addresses

# For each machine: its mark, clone, clone3, and what is refused: fork, vfork, execve, execveat, ptrace and
# process_vm_readv and -writev, as far as it has them.
MACHINES = {
    "x86_64": (0xC000003E, 56, 435, (57, 58, 59, 322, 101, 310, 311)),
    "aarch64": (0xC00000B7, 220, 435, (221, 281, 117, 270, 271)),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def refuse_programs(libc: ctypes.CDLL) -> bool:
    """Put the filter in place. False where the kernel or the machine has none: then nothing is changed.

    Needs PR_SET_NO_NEW_PRIVS. Whoever tries gets EPERM.
    """
    machine = os.uname().machine
    if machine not in MACHINES or ctypes.sizeof(ctypes.c_void_p) != 8:
        return False
    steps = _steps(*MACHINES[machine])
    program = _Program(len(steps) // 8, steps)
    return bool(libc.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


def _steps(mark: int, clone: int, clone3: int, refused: tuple[int, ...]) -> bytes:
    """The filter as the kernel reads it. It says that there is no clone3: then the C library takes clone, whose flags
    can be read here.
    """
    allow, refuse, absent = (len(refused) + place for place in (8, 9, 10))
    steps = [
        (LOAD, None, None, AT_MACHINE), (EQUAL, None, refuse, mark),
        (LOAD, None, None, AT_NUMBER), (AT_LEAST, refuse, None, OTHER_TABLE), (EQUAL, absent, None, clone3),
        *((EQUAL, refuse, None, number) for number in refused),
        (EQUAL, None, allow, clone), (LOAD, None, None, AT_FIRST_ARGUMENT), (ANY_BIT, allow, refuse, CLONE_THREAD),
        (RETURN, None, None, ALLOW), (RETURN, None, None, REFUSE | errno.EPERM),
        (RETURN, None, None, REFUSE | errno.ENOSYS),
    ]  # fmt: skip
    assembled = b""
    for at, (code, yes, no, value) in enumerate(steps):
        jumps = (0 if to is None else to - at - 1 for to in (yes, no))
        assembled += struct.pack("=HBBI", code, *jumps, value)
    return assembled
