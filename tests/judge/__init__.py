"""A judge of feed readers: it serves one feed a rule, writes down every request, and says what was broken.

It knows RFCs and what a user can count on, and nothing of any client: ``rules`` are scripts and verdicts
over recorded requests, ``server`` is the loopback they are served on, ``clients`` are whoever is judged.
``model`` is a client in virtual time that keeps every rule, or breaks one of them on purpose: it proves that
each rule can be kept and that each can be broken.
"""
