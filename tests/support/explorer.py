"""Reading the page of the explorer."""

from __future__ import annotations

import html
import json
import re

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
"""What a browser says when a person follows a link."""


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
