"""Sphinx configuration."""

project = "Provender"
author = "The Provender developers"
extensions = ["myst_nb"]
nb_execution_mode = "off"  # `docs/notebooks.py` runs them, and a test does
html_theme = "furo"
exclude_patterns = ["_build", "jupyter_execute", "**.ipynb_checkpoints"]
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
suppress_warnings = ["myst.xref_missing"]
