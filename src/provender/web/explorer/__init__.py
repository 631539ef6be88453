"""The explorer for people: its page, the files that a build made, and pages for wrong addresses.

Floor: web.
"""
