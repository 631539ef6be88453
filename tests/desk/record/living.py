"""Make a small store of processes that really ran, wait, were paused, killed or cached.

It runs in an environment with AiiDA, as `__main__.py` does, and needs bash:

    PEER/bin/python tests/desk/record/living.py FOLDER

`FOLDER/living` is a SQLite profile, copied while one of its processes ran.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import tempfile
from contextlib import closing, suppress
from pathlib import Path

import aiida  # noqa: TID251 - this runs in AiiDA's environment
import steps
from aiida import engine, orm  # noqa: TID251 - the same
from aiida.engine.utils import instantiate_process  # noqa: TID251 - the same
from aiida.manage import configuration, get_manager  # noqa: TID251 - the same
from aiida.manage.caching import enable_caching  # noqa: TID251 - the same
from aiida.plugins import CalculationFactory  # noqa: TID251 - the same

SECONDS = 6
"""Enough for jobs to be submitted and polled."""
PLACES = {
    str(Path(aiida.__file__).parents[1]): "/opt/aiida",
    str(Path(__file__).parent): "/opt/steps",
    str(Path(os.__file__).parent): "/opt/python",
}
"""Folders of this machine, and what stands in the store instead."""


def main(folder):
    """Make the store in a folder that has none."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        os.environ["AIIDA_PATH"] = name
        configuration.create_profile(
            configuration.get_config(create=True),
            name="living",
            email="ada@localhost",
            first_name="Ada",
            last_name="Lovelace",
            storage_backend="core.sqlite_dos",
            storage_config={"filepath": f"{name}/store"},
        )
        configuration.load_profile("living", allow_switch=True)
        code = installed_code(Path(name))
        finished(code)
        steps.TARGET.append((Path(name) / "store", Path(folder) / "living"))
        unfinished(code)
        without_places(Path(folder) / "living" / "database.sqlite")
    os._exit(0)  # what still waits is not waited for


def installed_code(folder):
    """Return a code that runs on this machine."""
    computer = orm.Computer(
        label="localhost",
        hostname="localhost",
        transport_type="core.local",
        scheduler_type="core.direct",
        workdir=str(folder / "scratch"),
    ).store()
    computer.configure(safe_interval=0.0)
    computer.set_minimum_job_poll_interval(0.2)
    plugin = "core.arithmetic.add"
    return orm.InstalledCode(
        label="add",
        computer=computer,
        filepath_executable="/bin/bash",
        default_calc_job_plugin=plugin,
    ).store()


def finished(code):
    """Run processes to their ends: two of which the second is cached, a job, two that go wrong."""
    with enable_caching():
        steps.plus(orm.Int(1), orm.Int(2))
        steps.plus(orm.Int(1), orm.Int(2))
    engine.run(CalculationFactory("core.arithmetic.add"), code=code, x=orm.Int(1), y=orm.Int(2))
    engine.run(steps.Failing)
    with suppress(ValueError):
        engine.run(steps.Excepting)


def unfinished(code):
    """Copy the store while a function runs, others wait, one is paused, and one was killed."""
    runner = get_manager().get_runner()
    chains = [instantiate_process(runner, steps.Waiting, code=code) for _ in range(4)]
    _created, killed, paused, waiting = chains
    tasks = [
        runner.loop.create_task(chain.step_until_terminated())
        for chain in (killed, paused, waiting)
    ]

    async def interrupt():
        await asyncio.sleep(SECONDS)
        killed.kill("Killed by the made-up user")
        paused.pause("Paused by the made-up user")
        await asyncio.sleep(SECONDS)

    runner.loop.run_until_complete(interrupt())
    steps.snapshot()
    for task in tasks:
        task.cancel()


def without_places(path):
    """Replace the folders of this machine in the texts of the store."""
    columns = [("db_dblog", "message"), ("db_dblog", "metadata"), ("db_dbnode", "attributes")]
    with closing(sqlite3.connect(path)) as connection, connection:
        for table, column in columns:
            for place, other in PLACES.items():
                sql = f"UPDATE {table} SET {column} = replace({column}, ?, ?)"
                connection.execute(sql, (place, other))


if __name__ == "__main__":
    main(*sys.argv[1:])
