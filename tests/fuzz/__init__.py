"""Inputs that nobody would write in good faith, made up without end: ``python -m tests.fuzz --minutes 10 --seed 1``.

``kinds`` makes them, ``invariants`` says what has to hold for each, ``process`` holds them to time and memory.
"""
