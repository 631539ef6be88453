"""The processes of `living.py`: AiiDA loads their classes by the name of this module."""

from __future__ import annotations

import shutil

from aiida import orm  # noqa: TID251 - this runs in AiiDA's environment
from aiida.engine import (  # noqa: TID251 - the same
    ToContext,
    WorkChain,
    calcfunction,
    workfunction,
)
from aiida.plugins import CalculationFactory  # noqa: TID251 - the same

TARGET = []
"""The folder of the store and the folder of its copy."""


@calcfunction
def plus(first, second):
    """Return the sum of two numbers."""
    return first + second


@workfunction
def snapshot():
    """Copy the store while this runs."""
    for source, target in TARGET:
        shutil.copytree(source, target)


class Failing(WorkChain):
    """Logs rows of several levels, and fails."""

    @classmethod
    def define(cls, spec):
        super().define(spec)
        spec.exit_code(410, "ERROR_MADE_UP", message="It failed {number} times.")
        spec.outline(cls.fail)

    def fail(self):
        self.report("about to fail")
        self.logger.warning("this goes wrong")
        return self.exit_codes.ERROR_MADE_UP.format(number=2)


class Excepting(WorkChain):
    """Raises an exception in its only step."""

    @classmethod
    def define(cls, spec):
        super().define(spec)
        spec.outline(cls.fail)

    def fail(self):
        raise ValueError("a made-up reason")


class Waiting(WorkChain):
    """Waits for a job that takes longer than the recording."""

    @classmethod
    def define(cls, spec):
        super().define(spec)
        spec.input("code", valid_type=orm.Code)
        spec.outline(cls.submit_job, cls.end)

    def submit_job(self):
        self.report("submits a job")
        resources = {"num_machines": 1, "num_mpiprocs_per_machine": 1}
        job = self.submit(
            CalculationFactory("core.arithmetic.add"),
            code=self.inputs.code,
            x=orm.Int(1),
            y=orm.Int(2),
            metadata={"options": {"sleep": 60, "resources": resources}},
        )
        return ToContext(job=job)

    def end(self):
        self.report("never reached")
