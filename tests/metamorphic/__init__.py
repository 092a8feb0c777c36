"""The same configuration written in another way has the same verdicts: ``python -m tests.metamorphic``."""
