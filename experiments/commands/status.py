"""What a run has, lacks and has at work."""

from __future__ import annotations

import time
from collections import Counter

from experiments.running.claims import Claim, Claims
from experiments.running.code import changes
from experiments.running.environment import describe_environment
from experiments.running.results import Fit, Results
from experiments.study import Run

__all__ = ["report"]

_LONG_S = 60.0
_NAMED = 5
_TIMES = 10  # the longest cell so far: what takes longer may hang


def report(run: Run) -> list[str]:
    """Return lines on a run: its cells by how they ended, and who works on which since when."""
    results = run.results()
    counted = Counter(fit.status for fit in results.fits)
    lines = [f"{run.folder}: " + ", ".join(f"{n:,} {status}" for status, n in counted.items())]
    claims = Claims(run.folder)
    _, busy = claims.standing()
    place = {fit.planned.key: fit for fit in results.fits}
    longest = max((_seconds(fit) for fit in results.fits), default=0.0)
    lines += [_at_work(busy[key], place.get(key), longest) for key in sorted(busy)]
    return lines + _stale(results)


def _stale(results: Results) -> list[str]:
    """Return a line for each difference between what made results and what is here."""
    here = describe_environment()
    found: dict[tuple[str, ...], set[str]] = {}
    counted: Counter[tuple[str, ...]] = Counter()
    for fit in results.fits:
        what = None if fit.stored is None else changes(fit.stored, results, here)
        if what is not None:
            counted[what] += 1
            found.setdefault(what, set()).add(fit.planned.model)
    lines = []
    for what, models in found.items():
        more = len(what) - _NAMED
        named = ", ".join(what[:_NAMED]) + (f" and {more} more" if more > 0 else "")
        changed = f"changed since: {named}" if what else "what made them is not known"
        lines.append(f"{counted[what]:,} results of {_models(models)}: {changed}")
    if lines:
        lines.append("`qml run STUDY --rerun-stale` runs them again")
    return lines


def _models(labels: set[str]) -> str:
    few = sorted(labels)
    return ", ".join(few) if len(few) <= _NAMED else f"{len(few)} models"


def _at_work(claim: Claim, fit: Fit | None, longest: float) -> str:
    since_s = max(0.0, time.time() - claim.since_s)
    named = "a cell of another plan"
    if fit is not None:
        planned = fit.planned
        named = f"{planned.dataset} / {planned.model}, repeat {planned.repeat} fold {planned.fold}"
    line = f"at work: {claim.key[:12]}  {named}, {claim}, for {since_s:,.0f} s"
    if since_s > max(_LONG_S, _TIMES * longest):
        line += f" (the longest cell so far took {longest:,.0f} s: it may hang)"
    return line


def _seconds(fit: Fit) -> float:
    costs = None if fit.stored is None else fit.stored.record.costs
    return 0.0 if costs is None else costs.fit_s + costs.predict_s + (costs.tune_s or 0.0)
