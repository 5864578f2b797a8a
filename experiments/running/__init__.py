"""From cells to results: what is missing is run, what is there is kept."""
