"""The report of a run: one page that opens by itself, from disk and without a network."""
