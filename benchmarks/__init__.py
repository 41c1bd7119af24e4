"""Measurements, kept and rerunnable; no test depends on them."""
