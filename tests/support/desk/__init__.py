"""The desk store: the lab, and what it lacks: running, killed, paused, failed processes.

`names` has their uuids, `contents` what they hold, `stores` writes them into copies of the lab.
"""
