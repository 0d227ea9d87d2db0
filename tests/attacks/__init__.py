"""Attacks: what hostile files, kills and hands may do, without end where one asks for it.

Each module is run by hand with a count, ``python -m tests.attacks.designs --count 3000``, and prints what it found; the
suite runs a short piece of each.
"""
