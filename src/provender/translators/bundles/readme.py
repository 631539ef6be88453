"""The page at the top of a zip with folders of workflows. Floor: translators."""

from __future__ import annotations

README_TEXT = b"""\
# Nodes of an AiiDA store

These are nodes of an [AiiDA](https://www.aiida.net) store, as plain files: nothing needs to be
installed to read them. They stand in folders of the workflows and calculations that made them.

| where | what |
|---|---|
| `NAME-UUID/` | a calculation or workflow that nothing called |
| `01-NAME/`, `02-NAME/` | what it called, numbered in the order in which it did |
| `node.json` | what is known of the node of that folder |
| `inputs/` | the files of a process itself: what was sent to run it, or its source code |
| `outputs/` | the files that came back from a job |
| `node_outputs/NAME/` | the data that came out under that name |
| `others/` | nodes that no process created |
| `manifest.json` | every file with its size and SHA-256, and those that could not be read |

A folder without `node.json` is there for what is below it: the zip has a selection of nodes. Steps
keep their numbers, so some may be missing.
"""
