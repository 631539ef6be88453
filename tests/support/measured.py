"""A server in a process of its own, whose memory is measured, and files of any size for it."""

from __future__ import annotations

import hashlib
import http.client
import re
import shutil
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from support import growing
from support.command import unmeasured


class Served:
    """A server in a process of its own."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "provender", "restapi", *map(str, arguments), "-P", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**unmeasured(), "PYTHONUNBUFFERED": "1"},
        )
        for line in self.process.stdout:
            if found := re.search(r"(http://[\d.]+:\d+)/ ", line):
                self.root = urlsplit(found[1])
            if "Ctrl-C" in line:
                break

    def memory(self, name):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) * 1024

    def take(self, url, path, headers=None):
        """Download a file; return its length as it was told, and the memory that it took."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        before = self.memory("VmRSS")
        connection = http.client.HTTPConnection(self.root.hostname, self.root.port, timeout=300)
        connection.request("GET", url, headers=headers or {})
        response = connection.getresponse()
        assert response.status == (206 if headers else 200)
        with path.open("wb") as file:
            shutil.copyfileobj(response, file, 1 << 20)
        connection.close()
        return int(response.headers["Content-Length"]), self.memory("VmHWM") - before

    def stop(self):
        self.process.terminate()
        self.process.communicate(timeout=20)


@contextmanager
def filled(request, unpacked, folder, fill):
    """Give a server of a copy of the lab on the backend `request.param`.

    `fill` is called with the store and its container before.
    """
    with ExitStack() as stack:
        if request.param == "sqlite":
            store = growing.copied(unpacked, folder)
            arguments, container = [store], store / "container"
        else:
            store = stack.enter_context(growing.database(request.getfixturevalue("cluster")))
            container = shutil.copytree(unpacked / "repo" / "container", folder / "container")
            arguments = [store, "--repository", container]
        fill(store, container)
        found = Served(*arguments)
        stack.callback(found.stop)
        yield found


def put_zeros(container, size):
    """Put a file of zeros into a container, which takes no room on the disk; return its key."""
    digest, block = hashlib.sha256(), bytes(1 << 20)
    for _ in range(size >> 20):
        digest.update(block)
    digest.update(bytes(size % (1 << 20)))
    key = digest.hexdigest()
    place = container / "loose" / key[:2] / key[2:]
    place.parent.mkdir(exist_ok=True)
    with place.open("wb") as file:
        file.truncate(size)
    return key
