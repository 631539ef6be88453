"""`python -m support.unprivileged …`: the command `provender` with no more rights than its user.

Root reads and writes every file, whatever its permissions: here it does not. Others never did.
"""

from __future__ import annotations

import ctypes

# capset(2), version 3 of its structures.
VERSION = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def drop():
    """Give up all capabilities of this thread and of those that it starts."""
    libc = ctypes.CDLL(None, use_errno=True)
    header, data = _Header(VERSION, 0), (_Data * 2)()
    if libc.capset(ctypes.byref(header), data) != 0:
        raise OSError(ctypes.get_errno(), "capset")


if __name__ == "__main__":
    drop()
    from provender.cli import main

    main()
