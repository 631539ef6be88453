"""Reading the settings: file, environment and command line. Floor: settings.

Order: command line > environment (`PROVENDER_…`) > configuration file > default. The file is
YAML; `config/provender.yaml` is the commented sample.
"""

from provender.configuration.reading import load, read
from provender.configuration.sources import Given, find_file, gather

__all__ = ["Given", "find_file", "gather", "load", "read"]
