"""The application of this folder, for Apache's mod_wsgi; `config.yaml` beside it says what is served.

Settings in the environment (`PROVENDER_...`) would hold for all applications of a process: use the file.
"""

from pathlib import Path

import provender

application = provender.create_app(
    config=Path(__file__).parent,
    catch_internal_server=False,  # True: tracebacks go to Apache's log wherever logging goes
    posting=True,  # False: no /querybuilder
)
