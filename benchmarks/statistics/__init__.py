"""Error rates of intervals and verdicts beside their power, by simulation."""
