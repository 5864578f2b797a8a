"""Any data set of OpenML, by its number."""

from __future__ import annotations

from pydantic import PositiveInt

from experiments.datasets._dataset import Dataset
from experiments.datasets._table import columns_to_dataset
from qml.errors import DataError

__all__ = ["openml"]


def openml(
    random_state: int = 0, data_id: PositiveInt = 61, target: str = "", drop: str = ""
) -> Dataset:
    """Fetch a data set of openml.org, once; it stays in the cache folder, its checksum verified.

    Parameters
    ----------
    random_state : int, default=0
        Seed that is not used: nothing is drawn.
    data_id : int, default=61
        Number of the data set there; a number is one version and does not change. 61 is Iris.
    target : str, default=""
        Column of the labels; empty is the one that OpenML names.
    drop : str, default=""
        Columns to leave out, with commas between. Features must be numbers without gaps.

    Raises
    ------
    DataError
        If it can neither be found in the cache nor downloaded, or a column does not suit.

    References
    ----------
    Vanschoren et al., SIGKDD Explor. 15, 49 (2014), doi:10.1145/2641190.2641198.
    """
    import pooch
    from sklearn.datasets import fetch_openml

    name = f"openml {data_id}"
    try:
        bunch = fetch_openml(
            data_id=data_id,
            target_column=target or "default-target",
            as_frame=True,
            parser="auto",
            data_home=str(pooch.os_cache("qml-workbench") / "openml"),
            n_retries=1,
        )
    except Exception as error:  # whatever the network layer raises, the way out is the same
        raise DataError(
            f"{name}: not cached and not downloaded ({type(error).__name__}); download it "
            "elsewhere as CSV and use the data set `file`"
        ) from None
    if bunch.target is None:
        raise DataError(f"{name}: OpenML names no target; name one of its columns as target")
    frame = bunch.data.copy()
    frame[str(bunch.target.name)] = bunch.target
    columns = {str(column): frame[column].astype(object).tolist() for column in frame.columns}
    details = bunch.details
    return columns_to_dataset(
        columns,
        target=str(bunch.target.name),
        drop=drop,
        name=f"{name} ({details.get('name', '')})",
        source=f"openml.org data set {data_id}, version {details.get('version', '?')}",
        licence=str(details.get("licence", "see openml.org")),
    )
