"""What sets us beside others: speed against the peers, and a benchmark's printed rows.

``make bench`` runs the speed cases, each side in a process of its own, the same numbers checked;
``python -m benchmarks gram_10_1000`` one case. ``python -m benchmarks.bowles2024`` compares rows.
"""
