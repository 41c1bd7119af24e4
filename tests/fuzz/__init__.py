"""The search for faults that nobody thought of: what each target must hold to, and two ways to run it.

By atheris, guided by coverage: ``python -m tests.fuzz TARGET --seconds N``. By pytest, with the committed
corpus and inputs changed from it at random: ``tests/fuzz/test_targets.py``.
"""
