"""Visits of pages by a real browser, which note everything that goes wrong."""

from __future__ import annotations

import io
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from support.browser import BROWSER
from support.waiting import wait_until

OPTIONS = ["--no-sandbox", "--enable-unsafe-swiftshader", "--use-angle=swiftshader"]
PATIENCE = 60_000
# What a page runs first: it notes what its policy forbids, eval included.
WATCHING = """
window.violations = [];
addEventListener("securitypolicyviolation",
  event => violations.push(`${event.violatedDirective}: ${event.blockedURI}`));
"""
# Whether the page is there, and nothing on it is still to come.
QUIET = "!!document.querySelector('main > *') && !document.querySelector('[aria-busy=true]')"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


@contextmanager
def chromium():
    """Yield a browser: that of the system, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=OPTIONS)
        yield browser
        browser.close()


class Visit:
    """A page; `asked` are the requests that it made of the API, `wrong` what went wrong."""

    def __init__(self, browser, root, **options):
        options.setdefault("viewport", {"width": 1280, "height": 900})
        self.root = root
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.add_init_script(WATCHING)
        self.asked, self.wrong, self.expected = [], [], ()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        self.page.on("request", self._request)
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._response)

    def open(self, path):
        """Go to an address, and wait until nothing is loading any more."""
        self.asked.clear()
        self.page.goto(self.root + path)
        self.settle()
        return self.page

    def settle(self):
        self.page.wait_for_load_state("networkidle")
        wait_until(lambda: self.page.evaluate(QUIET))
        self.page.wait_for_load_state("networkidle")

    def address(self):
        """Where the page is now; the driver's own note of it may be older."""
        return self.page.evaluate("location.href")

    def problems(self):
        """What went wrong until now: scripts, requests, what the policy forbids."""
        return [*self.wrong, *self.page.evaluate("window.violations")]

    def picture(self, selector):
        """The pixels of an element as it is shown."""
        image = self.page.locator(selector).first.screenshot()
        return Image.open(io.BytesIO(image)).convert("RGB")

    def screen(self):
        """The pixels of the page as far as the window shows it."""
        return Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")

    def faults(self):
        """What axe-core finds on the page: rule and place."""
        import axe_playwright_python

        script = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
        self.page.evaluate(script)
        found = self.page.evaluate(
            "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
        )
        return [
            (fault["id"], node["html"][:160])
            for fault in found["violations"]
            for node in fault["nodes"]
        ]

    def close(self):
        self.context.close()

    def _console(self, message):
        if message.type in {"error", "warning"} and not self._is_expected(message.text):
            self.wrong.append(f"console: {message.text}")

    def _request(self, request):
        if "/api/" in request.url or request.url.endswith("/profiles"):
            self.asked.append(request.url)

    def _failed(self, request):
        # A page that is left gives up what it was loading.
        if request.failure != "net::ERR_ABORTED":
            self.wrong.append(f"request: {request.url} {request.failure}")

    def _response(self, response):
        if response.status >= 400 and not self._is_expected(str(response.status)):
            self.wrong.append(f"{response.status}: {response.url}")

    def _is_expected(self, text):
        return any(one in text for one in self.expected)


def colours(image):
    """How many different colours a picture has."""
    return len(image.getcolors(1 << 24))
