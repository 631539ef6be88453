"""Running a command in a terminal of its own."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import termios

from support.command import COMMAND

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def run_in_terminal(*arguments, columns=120):
    """Return what a command writes to a terminal that is so wide."""
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color"}
        for name in ("NO_COLOR", "COLUMNS", "FORCE_COLOR"):
            environment.pop(name, None)
        command = [*COMMAND, *map(str, arguments)]
        os.execve(command[0], command, environment)  # noqa: S606 - our own command
    written = b""
    while True:
        try:
            block = os.read(terminal, 65536)
        except OSError:  # the end, on Linux
            break
        if not block:
            break
        written += block
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, written
    return written.decode().replace("\r\n", "\n")


def uncoloured(text):
    """Return a text without colours."""
    return ESCAPE.sub("", text)
