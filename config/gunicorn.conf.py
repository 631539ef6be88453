"""Recommended settings of gunicorn: `gunicorn -c gunicorn.conf.py 'provender:create_app()'`.

PROVENDER_CONFIG names the configuration file, which says what is served. Options of the command
line win.
"""

import os
import pathlib

bind = "127.0.0.1:8000"

# A process runs Python on one core at a time: one for each core that the server may use.
# The variable also tells Provender to divide `limits.expensive`, if it is not set, among them.
workers = int(os.environ.setdefault("WEB_CONCURRENCY", "2"))

# Threads wait for the database and for slow clients. Each process opens at most `pool.size` (4)
# connections to a store, and `limits.expensive` in all, so the database must allow
# workers x (stores x pool.size + limits.expensive). A store that hangs keeps at most `pool.size` +
# `pool.waiting` (1) threads, expensive requests `limits.expensive` + `limits.expensive_waiting` (4),
# and those that wait for a change `limits.waits` (4), so that the others go on.
worker_class = "gthread"
threads = 16

# Seconds after which a worker that does not report is killed. Well above
# `limits.statement_seconds` (30): a slow statement is ended by the database, not by this.
timeout = 120

# How long a worker that is told to stop goes on with the requests it has.
graceful_timeout = 60

# Connections of a proxy are kept between requests.
keepalive = 65

# A reload (signal HUP) then loads new code, too. Loading before the fork is safe, and saves memory:
# no connection, lock or cached answer crosses a fork.
preload_app = False

# Workers report through a file here; on a disk that is slow, they would seem to hang.
worker_tmp_dir = "/dev/shm"

# Filters can be long. This is the most that gunicorn takes, and what Apache and nginx take.
limit_request_line = 8190

# Provender's own setting `proxy` decides whose X-Forwarded-* headers are believed. Here they are
# left alone: gunicorn would believe X-Forwarded-Proto of every process of this machine.
forwarded_allow_ips = ""
secure_scheme_headers = {}

# Nothing but HTTP is listened for. Versions of gunicorn without the control socket ignore this.
control_socket_disable = True

# Provender writes a line for each request itself, with its id; the setting `log_format` says how.
accesslog = None
errorlog = "-"

# For Provender's setting `metrics`: a folder in which the workers keep their metrics, so that each
# answers /metrics for all of them. It is emptied at the start. When a worker dies, what only a living
# one has (open connections, memory) is removed.
FOLDER = os.environ.get("PROMETHEUS_MULTIPROC_DIR")


def on_starting(server):
    """Begin all metrics at zero, unless this master takes over from a running one."""
    if FOLDER and "GUNICORN_PID" not in os.environ:
        pathlib.Path(FOLDER).mkdir(parents=True, exist_ok=True)
        for file in pathlib.Path(FOLDER).glob("*.db"):
            if not file.stem.endswith(f"_{os.getpid()}"):  # of an application that is preloaded
                file.unlink()


def post_worker_init(worker):
    """Keep searches for garbage short, which stop all threads of a worker."""
    from provender.web.fairness import be_fair

    be_fair()


def child_exit(server, worker):
    """Take away what only a living worker has: open connections, memory."""
    if FOLDER:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
