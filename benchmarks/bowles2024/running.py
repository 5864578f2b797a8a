"""Fits of the printed rows with several seeds, side by side in processes of one thread each."""

from __future__ import annotations

import multiprocessing
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace

from threadpoolctl import threadpool_limits

from benchmarks.bowles2024.comparison import Compared, compare, judged
from benchmarks.bowles2024.digest import PublishedRow, Split
from benchmarks.bowles2024.estimators import ENTRIES, MISSING
from benchmarks.bowles2024.scores import Fit, Scores, Task
from qml.errors import WorkbenchError


def fit(task: Task, split: Split) -> Fit:
    """Fit our form of a row's model on the training rows, and score it on the test rows."""
    row = task.row
    if row.model not in ENTRIES:
        return Fit(why=MISSING.get(row.model, "no model of this name is known here"))
    start = time.perf_counter()
    try:
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # trainings that use up their steps are rows like others
            model = ENTRIES[row.model].build(row.settings, split.X, task.seed)
            accuracy = float(model.fit(split.X, split.y).score(split.X_test, split.y_test))
    except WorkbenchError as error:
        return Fit(why=str(error))
    return Fit(accuracy, time.perf_counter() - start)


@dataclass(frozen=True)
class Run:
    """Rows to compare, with the splits of their data sets, on so many processes.

    Parameters
    ----------
    rows : sequence of PublishedRow
        Printed rows.
    splits : mapping
        Training and test rows by data set.
    scores : Scores
        Fits that are done.
    jobs : int
        Number of processes.
    """

    rows: Sequence[PublishedRow]
    splits: Mapping[str, Split]
    scores: Scores
    jobs: int = 1

    def compared(
        self, seeds: int, more_seeds: int, say: Callable[[Compared], object]
    ) -> list[Compared]:
        """Return every row with its verdict; a row is said when it is done.

        A row that differs is repeated with `more_seeds` seeds that were not among the first.
        """
        found: dict[int, Compared] = {}
        for i, one in self._results(range(len(self.rows)), range(seeds)):
            found[i] = one
            say(one)
        first = judged([found[i] for i in range(len(self.rows))])
        again = [
            i
            for i, one in enumerate(first)
            if one.verdict == "differs" and not ENTRIES[one.row.model].deterministic
        ]
        for i, one in self._results(again, range(seeds, seeds + more_seeds)):
            seconds = first[i].seconds + one.seconds
            first[i] = replace(one, runs=(*first[i].runs, *one.runs), seconds=seconds)
            say(first[i])
        return judged(first)

    def _results(self, chosen: Sequence[int], seeds: range) -> Iterator[tuple[int, Compared]]:
        """Yield each chosen row when its fits are done, one where no seed changes anything."""
        tasks = {i: self._tasks(self.rows[i], seeds) for i in chosen}
        waiting = {i: {task for task in tasks[i] if task not in self.scores} for i in chosen}
        for i in chosen:
            if not waiting[i]:
                yield i, self._result(tasks[i])
        asked = [(i, task) for i in chosen for task in tasks[i] if task in waiting[i]]
        for i, task, done in self._fits(asked):
            self.scores.add(task, done)
            waiting[i].remove(task)
            if not waiting[i]:
                yield i, self._result(tasks[i])

    @staticmethod
    def _tasks(row: PublishedRow, seeds: range) -> list[Task]:
        entry = ENTRIES.get(row.model)
        several = seeds[:1] if entry is None or entry.deterministic else seeds
        return [Task(row, seed) for seed in several]

    def _result(self, tasks: Sequence[Task]) -> Compared:
        row, fits = tasks[0].row, [self.scores[task] for task in tasks]
        seconds = sum(one.seconds for one in fits)
        if why := next((one.why for one in fits if one.why), ""):
            return Compared(row, why=why, seconds=seconds)
        n_test = len(self.splits[row.data_set].y_test)
        accuracies = [one.accuracy for one in fits]
        found = compare(row, accuracies, n_test, ENTRIES[row.model].deterministic)
        return replace(found, seconds=seconds)

    def _fits(self, asked: Sequence[tuple[int, Task]]) -> Iterator[tuple[int, Task, Fit]]:
        if self.jobs == 1 or len(asked) <= 1:
            for i, task in asked:
                yield i, task, fit(task, self.splits[task.row.data_set])
            return
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(self.jobs, mp_context=context) as pool:
            running = {
                pool.submit(fit, task, self.splits[task.row.data_set]): (i, task)
                for i, task in asked
            }
            for done in as_completed(running):
                yield (*running[done], done.result())
