"""Speed beside the peers, in one run, each side in a process of its own, the same numbers checked.

``make bench`` runs everything, ``python -m benchmarks gram_10_1000`` one case.
"""
