"""What AiiDA itself says of each process, recorded once, and what Provender answers."""

from __future__ import annotations

import json

import pytest

STORES = ("lab", "materials", "desk", "living")
COUNTS = {"lab": 77, "materials": 52, "desk": 56, "living": 13}
