"""Two small studies against the numbers that they gave before: what moves a number is seen here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import Study

PLACE = Path(__file__).parents[3] / "committed"
ROW = ["dataset", "model", "control", "train_size", "repeat", "fold"]


def table(cells: pd.DataFrame) -> pd.DataFrame:
    named = cells.assign(control=cells["control"].astype(object).fillna(""))
    return named.set_index(ROW).sort_index()


def _texts(column: pd.Series) -> list[str]:
    return column.astype(object).fillna("").tolist()


@pytest.mark.reliability("R15")
@pytest.mark.parametrize("name", ["exact", "measured"])
def test_numbers_stay(name, tmp_path):
    """To 1e-9: the last digits are the processor's. No optimizer here amplifies them."""
    before = table(pd.read_csv(PLACE / f"{name}.csv"))
    run = Study.load(PLACE / f"{name}.yaml").run(jobs=1, out=tmp_path)
    run.cells().to_csv(tmp_path / "cells.csv", index=False)
    now = table(pd.read_csv(tmp_path / "cells.csv"))
    assert before.index.equals(now.index)
    for column in before:
        if pd.api.types.is_numeric_dtype(before[column]):
            was, found = before[column].astype(float), now[column].astype(float)
            np.testing.assert_allclose(found, was, rtol=1e-9, atol=1e-12, err_msg=column)
        else:
            assert _texts(now[column]) == _texts(before[column]), column
