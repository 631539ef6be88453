"""Driving a Chromium over its debugging pipe: load a page, run scripts in it, see what it asked."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import time
from contextlib import contextmanager

BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--no-first-run", "--disable-component-update", "--disable-sync", "--remote-debugging-pipe"),
)
PATIENCE = 60
# What a page runs first: it notes what its policy forbids.
WATCHING = """
window.violations = [];
addEventListener("securitypolicyviolation",
  event => violations.push(`${event.violatedDirective}: ${event.blockedURI}`));
"""


class Page:
    """A page of a browser.

    `asked` are the URLs that it asked for, `errors` what went wrong, `questions` how often it asked
    its user for a password.
    """

    def __init__(self, reading, writing):
        self._reading, self._writing = reading, writing
        self._number, self._session, self._left = 0, None, b""
        self.asked, self.errors = [], []
        self.questions, self._credentials = 0, None
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self._call(f"{domain}.enable")
        self._call("Page.addScriptToEvaluateOnNewDocument", source=WATCHING)

    def load(self, url):
        self._call("Page.navigate", url=url)

    def run(self, script):
        """Return the value of an expression, or of its promise."""
        options = {"awaitPromise": True, "returnByValue": True}
        found = self._call("Runtime.evaluate", expression=script, **options)
        if "exceptionDetails" in found:
            raise RuntimeError(json.dumps(found["exceptionDetails"])[:500])
        return found["result"].get("value")

    def wait(self, script):
        """Return the value of an expression as soon as it is true."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if value := self.run(script):
                return value
            time.sleep(0.05)
        raise TimeoutError(script)

    def answer_questions(self, name=None, password=None):
        """Answer the question for a password; without a name it is cancelled, as people do."""
        cancelled = {"response": "CancelAuth"}
        given = {"response": "ProvideCredentials", "username": name, "password": password}
        self._credentials = cancelled if name is None else given
        self._call("Fetch.enable", handleAuthRequests=True)

    def _call(self, method, **parameters):
        number = self._send(method, **parameters)
        while True:
            answer = self._read()
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(answer["error"])
                return answer["result"]
            self._note(answer)

    def _send(self, method, **parameters):
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._writing, json.dumps(message).encode() + b"\0")
        return self._number

    def _note(self, event):
        parameters = event.get("params", {})
        asked = parameters.get("requestId")
        if event.get("method") == "Fetch.requestPaused":
            self._send("Fetch.continueRequest", requestId=asked)
        if event.get("method") == "Fetch.authRequired":
            self.questions += 1
            answer = self._credentials
            self._send("Fetch.continueWithAuth", requestId=asked, authChallengeResponse=answer)
        if event.get("method") == "Network.requestWillBeSent":
            self.asked.append(parameters["request"]["url"])
        if event.get("method") == "Runtime.exceptionThrown":
            self.errors.append(parameters["exceptionDetails"]["text"])
        if event.get("method") == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.errors.append(parameters["entry"]["text"])

    def _read(self):
        while b"\0" not in self._left:
            ready, _, _ = select.select([self._reading], [], [], PATIENCE)
            block = os.read(self._reading, 1 << 16) if ready else b""
            if not block:
                raise TimeoutError("the browser says nothing")
            self._left += block
        message, _, self._left = self._left.partition(b"\0")
        return json.loads(message)


@contextmanager
def browsing(folder):
    """Yield an empty page of a new browser, which keeps its profile in a folder."""
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    command = [BROWSER, *OPTIONS, f"--user-data-dir={folder}", "about:blank"]
    # The browser reads from descriptor 3 and writes to 4.
    script = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'
    process = subprocess.Popen(
        ["/bin/bash", "-c", script, "bash", *command],
        pass_fds=(theirs_in, theirs_out),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs_in)
    os.close(theirs_out)
    try:
        yield Page(ours_in, ours_out)
    finally:
        os.close(ours_out)
        process.terminate()
        process.wait(PATIENCE)
        os.close(ours_in)
