"""Tables and figures: they read the store alone."""
