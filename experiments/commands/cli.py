"""The command line: ``qml`` and ``python -m experiments``.

Nothing heavy is imported before a command needs it, so that ``--help`` answers at once. Exit codes:
0 done, 1 something could not be run or stored, 2 the request itself is wrong, 3 run and stored, but
some cells have no result, 4 a number of a page that was run again has moved, 130 interrupted.
"""

from __future__ import annotations

import io
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.commands import folder, tables
from experiments.commands.compare import compare
from experiments.commands.export import export
from experiments.commands.figure import figure
from experiments.commands.folder import RunArgument
from experiments.commands.multiverse import multiverse
from experiments.commands.replay import replay
from experiments.commands.report import report, watch
from experiments.commands.warned import tell_in_one_line
from experiments.reporting.writer import say

if TYPE_CHECKING:
    from experiments.study import Study

__all__ = ["app", "main"]

app = typer.Typer(
    name="qml",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _shipped(incomplete: str) -> list[str]:
    """Return the shipped studies that a word may become; the shell itself completes files."""
    files = (Path(__file__).parents[1] / "studies").glob("*.yaml")
    return sorted(file.stem for file in files if file.stem.startswith(incomplete))


StudyArgument = Annotated[
    str,
    typer.Argument(metavar="STUDY", help="A shipped study, or a file.", autocompletion=_shipped),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change one field, as protocol.folds=3."),
]
BackendOption = Annotated[
    str | None,
    typer.Option(help="Instead of the study's backend; models that name their own keep it."),
]
OutOption = Annotated[
    Path | None, typer.Option(help="Folder of the run; results/<study> if not given.")
]


class Kind(StrEnum):
    """What `qml list` lists."""

    MODELS = "models"
    DATASETS = "datasets"
    BACKENDS = "backends"
    DEVICES = "devices"
    OPTIMIZERS = "optimizers"
    LOSSES = "losses"
    DECISIONS = "decisions"
    FEATURE_MAPS = "feature-maps"
    KERNELS = "kernels"
    ANSATZES = "ansatzes"
    PREPROCESSING = "preprocessing"
    METRICS = "metrics"
    QUANTITIES = "quantities"
    STUDIES = "studies"


class JobsAction(StrEnum):
    """What `qml jobs` does."""

    LIST = "list"
    FETCH = "fetch"
    CANCEL = "cancel"


def _print_version(wanted: bool) -> None:
    if wanted:
        from qml import __version__

        say(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Version.")
    ] = False,
) -> None:
    """Compare quantum classifiers with each other and with classical ones."""


@app.command()
def run(
    study: StudyArgument,
    set_: SetOption = None,
    backend: BackendOption = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes; every core if not given.")
    ] = None,
    out: OutOption = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Run stored failures again.")
    ] = False,
    rerun_stale: Annotated[
        bool,
        typer.Option("--rerun-stale", help="Run again what other code or versions made."),
    ] = False,
    part: Annotated[
        str | None,
        typer.Option(metavar="K/N", help="The k-th of n parts, each on another machine."),
    ] = None,
) -> None:
    """Run what is missing of a study, and print its table; the exit code is 3 if cells failed."""
    from experiments.commands.ended import print_ended
    from experiments.commands.running import exit_if_broken, run_or_refuse

    place = _part(part) if part is not None else None
    loaded = _load(study, set_, backend)
    finished = run_or_refuse(loaded, jobs, out, retry_failed, rerun_stale, place)
    keys = {fit.planned.key for fit in (finished.at_end or finished.results()).fits}
    with finished.store.counting(keys):
        print_ended(finished)
    exit_if_broken(finished)


def _part(text: str) -> tuple[int, int]:
    """Return (k, n) from ``"k/n"``."""
    import re

    from qml.errors import SpecError

    found = re.fullmatch(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,5})", text)
    if found is None or int(found[1]) > int(found[2]):
        raise SpecError(f"{text!r} is no part; 2/8 is the second of eight", "--part")
    return int(found[1]), int(found[2])


@app.command()
def check(
    study: StudyArgument,
    set_: SetOption = None,
    backend: BackendOption = None,
    out: OutOption = None,
    accuracy: Annotated[
        float, typer.Option(help="Of two models, to foresee which differences can be shown.")
    ] = 0.9,
    disagreement: Annotated[
        float, typer.Option(help="Share of the rows on which one of the two is right alone.")
    ] = 0.1,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes of the run; every core if not given.")
    ] = None,
    time: Annotated[
        bool, typer.Option("--time", help="Run a cell of each kind, to say how long all take.")
    ] = False,
) -> None:
    """Validate a study, count what it costs, say how long it takes and what it can show."""
    from experiments.commands.running import share_memory
    from experiments.commands.screen import print_cheaper, print_check, print_foreseen, print_times
    from experiments.running.timing import foresee_times

    loaded = _load(study, set_, backend)
    share_memory(jobs)
    foreseen = loaded.foresee(accuracy, disagreement)
    found = loaded.check(out)
    print_check(found)
    if not any(row.problem for row in found.rows):
        folder = out or Path("results") / loaded.spec.name
        print_times(foresee_times(loaded.plan(), folder, jobs, time, found.rows))
    print_foreseen(foreseen, accuracy, disagreement)
    if found.jobs:
        print_cheaper(loaded.cheaper())
    if any(row.problem and not row.reading for row in found.rows):
        raise typer.Exit(2)


@app.command(name="list")
def list_(kind: Annotated[Kind, typer.Argument(help="What to list.")]) -> None:
    """List what can be named in a study, a line each."""
    from experiments.commands.listing import listed

    found = listed(kind)
    width = max(len(name) for name, _ in found)
    for name, line in found:
        say(f"{name:{width}}  {line}".rstrip())


for command in (
    folder.show,
    folder.status,
    folder.runs,
    folder.verify,
    folder.prune,
    tables.table,
    tables.verdicts,
    tables.controls,
    tables.duel,
    compare,
    export,
    figure,
    multiverse,
    report,
    watch,
    replay,
):
    app.command()(command)


@app.command()
def jobs(
    action: Annotated[JobsAction, typer.Argument(help="What to do.")],
    run: RunArgument,
    job: Annotated[
        str | None, typer.Argument(metavar="JOB", help="A job's id or a batch, or first digits.")
    ] = None,
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds that `fetch` waits for a job that has not ended.")
    ] = 0.0,
    every: Annotated[bool, typer.Option("--all", help="Cancel every open job.")] = False,
) -> None:
    """List a run's jobs on machines, fetch those that have ended, or cancel open ones."""
    from experiments.commands import jobs as hardware_jobs
    from experiments.commands.screen import print_jobs
    from experiments.study import Run

    ledger = hardware_jobs.ledger_of(Run(run).folder)
    if action is JobsAction.FETCH:
        for line in hardware_jobs.fetch(ledger, job, wait):
            say(line)
    if action is JobsAction.CANCEL:
        for line in hardware_jobs.cancel(ledger, job, every):
            say(line)
    print_jobs(hardware_jobs.chosen(ledger, job))


@app.command()
def calibration(
    machine: Annotated[
        str, typer.Argument(metavar="MACHINE", help="Such as fake_torino or ibm_torino.")
    ],
    out: Annotated[Path | None, typer.Option(help="File; MACHINE.json if not given.")] = None,
) -> None:
    """Save a machine's calibration, to be simulated as aer:noise=FILE."""
    from experiments.commands import jobs as hardware_jobs

    file = out or Path(f"{machine}.json")
    device = hardware_jobs.calibration(machine)
    device.save(file)
    say(f"Written: {file} ({len(device.qubits)} qubits, {device.sha256[:12]})")


@app.command(name="kernel-health")
def kernel_health(
    subject: Annotated[
        str, typer.Argument(metavar="STUDY|DATASET", help="A study, a study file, or a data set.")
    ],
    feature_map: Annotated[
        str | None,
        typer.Option(help="Instead of the study's: a name, or '{name: zz, reps: 1}'."),
    ] = None,
    bandwidth: Annotated[float | None, typer.Option(help="Instead of the models'.")] = None,
    pca: Annotated[
        int | None, typer.Option(min=1, help="Of a data set: so many principal components.")
    ] = None,
    samples: Annotated[int, typer.Option(min=10, help="The most rows that are looked at.")] = 200,
    shots: Annotated[int, typer.Option(min=1, help="Of the measured matrix.")] = 1024,
    seed: Annotated[int, typer.Option(min=0, help="Of the draw of rows and of shots.")] = 0,
    out: Annotated[
        Path | None, typer.Option(help="Folder; results/kernel-health/... if not given.")
    ] = None,
) -> None:
    """Examine quantum kernels: concentration, spectrum, alignment, difference from RBF, shots."""
    from experiments.health import kernel_report as report
    from experiments.health import kernels as examine
    from qml.errors import SpecError

    if bandwidth is not None and not bandwidth > 0:
        raise SpecError(f"{bandwidth} is not positive", "--bandwidth")
    spec = _component(feature_map, "--feature-map") if feature_map is not None else None
    found = examine.examinations(subject, spec, bandwidth, pca, samples, seed)
    for number, examination in enumerate(found):
        title = f"{examination.dataset} / {examination.label}"
        health = examination.run(shots, seed)
        measured = shots if examination.own_shots is None else None
        say(f"{title}\n{'=' * len(title)}\n\n{report.render(health, measured)}")
        root = out or Path("results") / "kernel-health" / Path(subject).stem
        files = examine.write(health, root / str(number), title)
        say(f"Written: {files[0].parent}/ ({', '.join(file.name for file in files)})\n")


@app.command(name="model-health")
def model_health(
    study: StudyArgument,
    samples: Annotated[int, typer.Option(min=20, help="The most rows that are looked at.")] = 60,
    seed: Annotated[int, typer.Option(min=0, help="Of all draws.")] = 0,
    out: Annotated[
        Path | None, typer.Option(help="Folder; results/model-health/... if not given.")
    ] = None,
) -> None:
    """Examine variational models: gradients, expressibility, spectrum, dimension, landscape."""
    from experiments.health import model_report as report
    from experiments.health import models as examine

    for number, examination in enumerate(examine.examinations(study, samples)):
        title = f"{examination.dataset} / {examination.label}"
        health = examination.run(seed)
        say(f"{title}\n{'=' * len(title)}\n\n{report.render(health)}")
        root = out or Path("results") / "model-health" / Path(study).stem
        files = examine.write(health, root / str(number), title)
        say(f"Written: {files[0].parent}/ ({', '.join(file.name for file in files)})\n")


def _component(text: str, option: str) -> Any:
    """Return a feature map from the command line, checked as a study's would be."""
    import yaml

    from experiments.registry import check_component
    from qml.errors import SpecError

    try:
        spec = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        raise SpecError(f"{text!r} is no name and no mapping", option) from None
    try:
        check_component("feature_map", spec)
    except SpecError as error:
        raise SpecError(str(error), option) from None
    return spec


@app.command()
def doctor() -> None:
    """Say what is installed here, what the machine has, and what extras would add."""
    from experiments.commands.doctor import report

    say(report())


def _load(study: str, overrides: list[str] | None, backend: str | None) -> Study:
    from experiments.study import Study

    return Study.load(study, overrides or [], backend)


def main() -> None:
    """Run the command line; a user's mistake is one line and an exit code, never a traceback."""
    from qml.errors import SpecError, StoreError, WorkbenchError
    from qml.texts import shortened, visible

    tell_in_one_line()
    try:
        sys.exit(app(standalone_mode=False))
    except WorkbenchError as error:
        say(error, error=True)
        sys.exit(2 if isinstance(error, SpecError) else 1)
    except typer.TyperException as error:  # a wrong word, told with the usage, or all the help
        told = io.StringIO()
        error.show(told)  # type: ignore[attr-defined]  # the base of what is raised has it
        for line in told.getvalue().splitlines():
            say(shortened(visible(line.expandtabs()), 500), error=True)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.filename is None:
            raise
        say(StoreError(f"{error.filename}: {error.strerror}"), error=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
