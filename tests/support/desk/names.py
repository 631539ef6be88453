"""Fixed uuids of the processes of the desk store. The first eight characters are unique."""

from __future__ import annotations

FIRST_ID = 10_000


def uuid_of(number: int) -> str:
    """Return the uuid of the node with this number."""
    return f"de5{number:05d}-0000-4000-8000-000000000000"


def id_of(uuid: str) -> int:
    """Return the id of a node of the desk; it is the same on all backends."""
    return FIRST_ID + int(uuid[3:8])


# States. A process was created at `rows.BEGIN`, and as many minutes later as its number.
RUNNING = uuid_of(1)  # a work chain that runs; it calls WAITING and has called CREATED
WAITING = uuid_of(2)  # a job in the scheduler's queue
CREATED = uuid_of(3)
KILLED = uuid_of(4)  # a job with `process_status`
PAUSED = uuid_of(5)  # a job that waits
CACHED = uuid_of(6)  # a job whose result is that of CACHE_SOURCE, with times before its own ctime
EXCEPTED = uuid_of(7)  # a function: a traceback in the log, the attribute `exception`
EXCEPTED_WITHOUT_LOG = uuid_of(8)  # a work chain with the attribute `exception` alone
STATELESS = uuid_of(9)  # has no state, and no other attribute
QUIET = uuid_of(10)  # finished well, without logs, inputs, outputs
RECENT = uuid_of(11)  # failed two hours before the store was made
LAST_WEEK = uuid_of(12)  # finished five days before the store was made
RECOVERED = uuid_of(13)  # finished well, with a traceback and an error in its log
NULL_ATTRIBUTES = uuid_of(14)  # attributes are the JSON `null`
LIST_ATTRIBUTES = uuid_of(15)  # attributes are the list `[1]`
ODD_ATTRIBUTES = uuid_of(16)  # state 7, exit status "12", paused "yes", label ["x"] ...

# Failures, by the origin of the reason.
FAILED_WARNING = uuid_of(21)  # exit 401: own rows of levels WARNING and ERROR among others
FAILED_REPORT = uuid_of(22)  # exit 402: seven REPORT rows
FAILED_MESSAGE = uuid_of(23)  # exit 403: nothing but a message
FAILED_NOTHING = uuid_of(24)  # exit 404: not even a message
JOB_STDERR = uuid_of(25)  # exit 302: 80 lines in the scheduler's stderr, 1,000 in its stdout
JOB_OUTPUT = uuid_of(26)  # exit 303: an empty stderr, a text in its output file
JOB_SILENT = uuid_of(27)  # exit 304: both files empty, one REPORT row
JOB_NO_FOLDER = uuid_of(28)  # exit 100: no output named `retrieved`
JOB_MISSING_FILE = uuid_of(29)  # exit 305: the store lacks the file of stderr
JOB_DAMAGED_FILE = uuid_of(30)  # exit 306: stderr is stored damaged; its output file is good
JOB_LONG_LINES = uuid_of(31)  # exit 307: stderr of 200 kB in three lines, not all UTF-8

# Job info.
JOB_MINUTES = uuid_of(41)  # sacct with TotalCPU 09:41.250, wall time 600 in the last poll
JOB_HOURS = uuid_of(42)  # TotalCPU 02:03:04
JOB_DAYS = uuid_of(43)  # TotalCPU 1-02:03:04
JOB_NO_INFO = uuid_of(44)  # `detailed_job_info` is null, no `last_job_info`
JOB_COMMAND_FAILED = uuid_of(45)  # retval 1 and stderr of the scheduler's command
JOB_LEGACY = uuid_of(46)  # `last_jobinfo`, JSON text with cpu_time
JOB_SUBMITTED = uuid_of(47)  # submission_time and dispatch_time without a zone, no sacct
JOB_TORN_INFO = uuid_of(48)  # stdout of sacct is no table
JOB_STILL_RUNNING = uuid_of(49)  # sacct of a job that has not ended: End is Unknown

# Work chains.
TOP = uuid_of(61)  # exit 401: calls GOOD_CHILD, MIDDLE, LATER_CHILD
GOOD_CHILD = uuid_of(62)
MIDDLE = uuid_of(63)  # exit 402: calls DEEP
DEEP = uuid_of(64)  # exit 403: calls DEEP_JOB
DEEP_JOB = uuid_of(65)  # exit 302 with a text in its stderr
LATER_CHILD = uuid_of(66)  # failed, too, but was created last
ORDERED = uuid_of(71)  # exit 401: the child with the lower id was created later
SECOND_BY_TIME = uuid_of(72)
FIRST_BY_TIME = uuid_of(73)
ALONE = uuid_of(74)  # exit 410: its child finished well; a REPORT row of several lines
ALONE_CHILD = uuid_of(75)
KILLED_CHAIN = uuid_of(76)  # killed, no status; calls KILLED_CHILD
KILLED_CHILD = uuid_of(77)
AFTER_EXCEPTION = uuid_of(78)  # exit 411: its child EXCEPTED_CHILD has a traceback
EXCEPTED_CHILD = uuid_of(79)
LOOP = uuid_of(80)  # a damaged store: two failed chains that call each other
LOOP_BACK = uuid_of(81)

# Labels and logs.
NESTED = uuid_of(91)  # inputs and outputs with labels such as `a__b__c`
LOGGED = uuid_of(92)  # 300 rows of six levels and two loggers, each tenth of three lines
LOGGED_ROWS = 300
TIDY = uuid_of(93)  # outputs nested as AiiDA nests them, three levels deep

CACHE_SOURCE = "78ccdb4c-e7b5-453b-9de9-3949114d5452"
"""A job of the lab."""


def retrieved_of(uuid: str) -> str:
    """Return the uuid of the retrieved folder of a job."""
    return uuid_of(1000 + int(uuid[3:8]))
