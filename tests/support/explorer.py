"""Reading the page of the explorer."""

from __future__ import annotations

import html
import json
import re

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
"""What a browser says when a person follows a link."""

DEEP = [
    "/browse",
    "/browse/",
    "/browse/nodes",
    "/browse/nodes/?type=a&limit=3",
    "/browse/nodes/e0ac99d4/files/a%2Fb/c%20d.txt",
    "/browse/nodes/e0ac99d4/files//aiida.in//",
    "/browse/nodes/e0ac99d4/files/metrics",
    "/browse//nodes",
    "/browse/%C3%A9t%C3%A9/%E2%82%AC",
    "/browse/%FF%FE",
    "/browse/browse",
    "/browse/a%0Ab/%25",
    "/browse/%22%3E%3Cscript%3E",
]
"""Addresses of the page, also such as no web server in between would write."""


def told(text):
    """Return what the page tells its script; nothing for another page."""
    found = re.search(r'<meta name="provender" content="([^"]*)">', text)
    return None if found is None else json.loads(html.unescape(found[1]))


def base(text):
    """Return what the addresses in the page are relative to."""
    return html.unescape(re.search(r'<base href="([^"]*)">', text)[1])


def loaded(text):
    """Return the files that the page loads at once."""
    return re.findall(r'(?:src|href)="([^"]*/assets/[^"]*)"', text)
