"""Files of data that are wrong, and what they have to be told: how each is made, and for whom."""

from __future__ import annotations

import gzip
import io
import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["MUTATED"]

_ROWS = [f"{i},{(i * 7) % 5 + 0.5},{'ab'[i % 2]}" for i in range(12)]
_CSV = "\n".join(["x,z,y", *_ROWS, ""])
_FRAME = pd.DataFrame(
    {"x": np.arange(12.0), "z": (np.arange(12) * 7) % 5 + 0.5, "y": list("ab" * 6)}
)
_X, _Y = _FRAME[["x", "z"]].to_numpy(), np.arange(12) % 2

Making = Callable[[Path], Any]


def _texts() -> Iterator[tuple[str, str | bytes]]:
    plain = _CSV.encode()
    yield "as it should be", _CSV
    yield "a short row", _CSV.replace("3,1.5,b", "3,1.5")
    yield "a long row", _CSV.replace("3,1.5,b", "3,1.5,b,9")
    yield "a byte order mark", b"\xef\xbb\xbf" + plain
    yield "UTF-16", _CSV.encode("utf-16")
    yield "UTF-32", _CSV.encode("utf-32")
    yield "Latin-1", _CSV.replace("a\n", "é\n").encode("latin-1")
    yield "cut inside a letter", _CSV.replace("a\n", "é\n").encode()[:-14] + b"\xc3"
    yield "a NUL among numbers", _CSV.replace("3,1.5", "3\x00,1.5")
    yield "a NUL in the header", _CSV.replace("x,z", "x\x00,z")
    yield "NULs alone", b"\x00" * 4096
    yield "semicolons", _CSV.replace(",", ";")
    yield "bars", _CSV.replace(",", "|")
    yield "tabs", _CSV.replace(",", "\t")
    yield "decimal commas", _CSV.replace("1.5", '"1,5"')
    yield "nothing", ""
    yield "a line end alone", "\n"
    yield "blanks alone", "   \n  \n"
    yield "the header alone", "x,z,y\n"
    yield "the header without a line end", "x,z,y"
    yield "no header", "\n".join(_ROWS)
    yield "one row", "x,z,y\n1,2,a\n"
    yield "two rows of two classes", "x,z,y\n1,2,a\n2,3,b\n"
    yield "one column", "y\na\nb\n"
    yield "one class", _CSV.replace(",b", ",a")
    yield "a class with one member", _CSV.replace("11,2.5,b", "11,2.5,c")
    yield "every row a class", "x,y\n" + "".join(f"{i},c{i}\n" for i in range(12))
    for value in ("nan", "NaN", "inf", "-inf", "Infinity", "1e999", "-1e999", "NULL", "None"):
        yield f"{value} among numbers", _CSV.replace("3,1.5", f"{value},1.5")
    for value in ("1e308", "-1.7e308", "5e-324", "1_000", "0x10", "١٢", "1e5", "+3", "1d3", "True"):
        yield f"{value} as a number", _CSV.replace("3,1.5", f"{value},1.5")
    yield "a column of 1e308", _CSV.replace("0.5", "1e308")
    yield (
        "a column of denormal numbers",
        "x,y\n" + "".join(f"{i}e-320,{i % 2}\n" for i in range(12)),
    )
    yield "an empty cell", _CSV.replace("3,1.5", ",1.5")
    yield "an empty label", _CSV.replace("3,1.5,b", "3,1.5,")
    yield "a constant column", "x,z,y\n" + "".join(f"1,{i},{i % 2}\n" for i in range(12))
    yield "constant columns alone", "x,z,y\n" + "".join(f"1,2,{i % 2}\n" for i in range(12))
    yield "equal rows", "x,z,y\n" + "1,2,a\n2,3,b\n" * 6
    yield "equal rows of two classes", "x,z,y\n" + "1,2,a\n1,2,b\n3,4,a\n3,4,b\n" * 3
    yield "two columns of a name", _CSV.replace("x,z", "x,x")
    yield "a column without a name", _CSV.replace("x,z", "x,")
    yield "names that differ by blanks", _CSV.replace("x,z", "x, x")
    yield "a name of 100,000 letters", _CSV.replace("x,z", "x" * 100_000 + ",z")
    yield "a name with an escape code", _CSV.replace("x,z", "\x1b[31mx,z").replace("3,1.5", "?,1")
    yield "a label of 10,000 letters", _CSV.replace(",a", "," + "a" * 10_000)
    yield "a label with a line end", _CSV.replace(",a", ',"a\nb"')
    yield "labels with a direction mark", _CSV.replace(",a", ",\u202ea")
    yield "a field of 200,000 letters", _CSV.replace("3,1.5", "3" * 200_000 + ",1.5")
    yield "a number of 100,000 digits", _CSV.replace("3,1.5", "3" * 100_000 + ",1.5")
    yield "5,000 columns", ",".join(f"c{i}" for i in range(5000)) + ",y\n1,2,a\n"
    yield "windows line ends", _CSV.replace("\n", "\r\n")
    yield "carriage returns", _CSV.replace("\n", "\r")
    yield "mixed line ends", _CSV.replace("\n", "\r\n", 3)
    yield "quotes never closed", _CSV.replace("3,1.5", '"3,1.5')
    yield "a quote inside", _CSV.replace("3,1.5", '3"4,1.5')
    yield "everything quoted", "\n".join('"' + '","'.join(r.split(",")) + '"' for r in _CSV.split())
    yield "a text among numbers", _CSV.replace("3,1.5", "three,1.5")
    yield "dates", _CSV.replace("3,1.5", "2024-01-01,1.5")
    yield "formulas", _CSV.replace("3,1.5", "=1+1,1.5")
    yield "complex numbers", _CSV.replace("3,1.5", "1+2j,1.5")
    yield "labels of halves and texts", _CSV.replace(",a", ",0.5")
    yield "labels that are not finite", _CSV.replace(",a", ",1").replace(",b", ",inf")
    yield "labels of 400 digits", _CSV.replace(",a", "," + "9" * 400).replace(",b", ",1")
    yield "labels of 30 digits", _CSV.replace(",a", "," + "9" * 30).replace(",b", ",1")
    yield "labels of other digits", _CSV.replace(",a", ",²").replace(",b", ",1")
    yield "labels of true and false", _CSV.replace(",a", ",True").replace(",b", ",False")
    yield "garbage", bytes(range(256)) * 8
    yield "a compressed file", gzip.compress(plain)
    yield "HTML", "<html><body>404</body></html>"
    yield "JSON", '{"x": [1, 2], "y": ["a", "b"]}'
    yield (
        "a pointer of Git LFS",
        "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n",
    )


def _frames() -> Iterator[tuple[str, Making]]:
    def kept(**columns: Any) -> Making:
        def make(file: Path) -> None:
            _FRAME.assign(**columns).to_parquet(file)

        return make

    yield "as it should be", kept()
    yield "a gap", kept(x=[None, *range(11)])
    yield "lists", kept(x=[[1, 2]] * 12)
    yield "maps", kept(x=[{"a": 1}] * 12)
    yield "bytes", kept(x=[b"1"] * 12)
    yield "labels of bytes", kept(y=[b"a", b"b"] * 6)
    yield "labels of lists", kept(y=[[1], [2]] * 6)
    yield "labels of maps", kept(y=[{"a": 1}, {"a": 2}] * 6)
    yield "labels that are gone", kept(y=[None] * 12)
    yield "dates", kept(x=pd.date_range("2024-01-01", periods=12))
    yield "labels of dates", kept(y=pd.to_datetime(["2024-01-01", "2024-01-02"] * 6))
    yield "spans of time", kept(x=pd.to_timedelta(np.arange(12), "D"))
    yield "categories", kept(y=pd.Categorical(["a", "b"] * 6))
    yield "truth values", kept(x=[True, False] * 6)
    yield "labels of truth values", kept(y=[True, False] * 6)
    yield "whole numbers with gaps", kept(x=pd.array([None, *range(11)], dtype="Int64"))
    yield "labels of whole numbers with gaps", kept(y=pd.array([None, *[0, 1] * 5, 1], "Int64"))
    yield "infinity", kept(x=[np.inf, *range(11)])
    yield "halves of a precision", kept(x=np.arange(12, dtype=np.float32))
    yield "no rows", _FRAME.iloc[:0].to_parquet
    yield "no columns", _FRAME[[]].to_parquet
    yield "one column", _FRAME[["y"]].to_parquet
    yield "cut in the middle", lambda file: file.write_bytes(_parquet()[:400])
    yield "cut at the end", lambda file: file.write_bytes(_parquet()[:-5])
    yield "a bit turned in the data", lambda file: file.write_bytes(_turned(_parquet(), 60))
    yield "a bit turned at the end", lambda file: file.write_bytes(_turned(_parquet(), -30))
    yield "nothing", lambda file: file.write_bytes(b"")
    yield "a CSV", lambda file: file.write_text(_CSV)
    yield "garbage", lambda file: file.write_bytes(bytes(range(256)) * 8)


def _parquet() -> bytes:
    buffer = io.BytesIO()
    _FRAME.to_parquet(buffer)
    return buffer.getvalue()


def _turned(raw: bytes, place: int) -> bytes:
    turned = bytearray(raw)
    turned[place] ^= 8
    return bytes(turned)


def _archives() -> Iterator[tuple[str, Making]]:
    def kept(**arrays: Any) -> Making:
        def make(file: Path) -> None:
            with warnings.catch_warnings(), file.open("wb") as stream:
                warnings.simplefilter("ignore")
                np.savez(stream, **arrays)

        return make

    objects = np.array([{}, [1]] * 6, dtype=object)
    cases: dict[str, dict[str, Any]] = {
        "as it should be": {},
        "one dimension": {"X": _X[:, 0]},
        "three dimensions": {"X": _X[:, :, None]},
        "no dimension": {"X": np.float64(1)},
        "no rows": {"X": _X[:0], "y": _Y[:0]},
        "no columns": {"X": _X[:, :0]},
        "one row": {"X": _X[:1], "y": _Y[:1]},
        "complex": {"X": _X + 1j},
        "texts": {"X": _X.astype(str)},
        "bytes": {"X": _X.astype("S")},
        "dates": {"X": _X.astype("datetime64[s]")},
        "objects": {"X": objects[:, None]},
        "records": {"X": np.zeros(12, dtype=[("a", float), ("b", float)])},
        "truth values": {"X": _X > 2},
        "halves": {"X": _X.astype(np.float16)},
        "quadruples": {"X": _X.astype(np.longdouble)},
        "other bytes first": {"X": _X.astype(">f8")},
        "columns first": {"X": np.asfortranarray(_X)},
        "nan": {"X": np.where(_X == 3, np.nan, _X)},
        "inf": {"X": np.where(_X == 3, np.inf, _X)},
        "1e308": {"X": _X * 1e307},
        "constant": {"X": np.ones_like(_X)},
        "one class": {"y": _Y * 0},
        "labels too few": {"y": _Y[:5]},
        "labels of two columns": {"y": np.stack([_Y, _Y], 1)},
        "labels of no dimension": {"y": np.int64(1)},
        "labels of bytes": {"y": np.array([b"a", b"b"] * 6)},
        "labels of objects": {"y": objects},
        "labels of nan": {"y": np.where(_Y == 1, np.nan, 0.5)},
        "labels of complex numbers": {"y": _Y + 1j},
        "labels of dates": {"y": _Y.astype("datetime64[D]")},
        "groups of another length": {"groups": _Y[:3]},
        "groups of nan": {"groups": np.full(12, np.nan)},
        "folds of texts": {"folds": np.array(["a"] * 12)},
        "folds of two columns": {"folds": np.stack([_Y, _Y], 1)},
    }
    for name, changed in cases.items():
        yield name, kept(**{"X": _X, "y": _Y, **changed})
    yield "no arrays", kept()
    yield "other names", kept(data=_X, target=_Y)
    yield "garbage", lambda file: file.write_bytes(bytes(range(256)) * 8)
    yield "nothing", lambda file: file.write_bytes(b"")
    yield "an array alone", lambda file: _save(file, _X)


def _save(file: Path, array: np.ndarray) -> None:
    with file.open("wb") as stream:
        np.save(stream, array)


def _places() -> Iterator[tuple[str, Making]]:
    """Yield what is no plain file; each is made in the place of one."""
    yield "a folder", lambda file: file.mkdir()
    yield "a pipe", os.mkfifo
    yield (
        "a link to a file",
        lambda file: (
            file.with_name("other.csv").write_text(_CSV),
            file.symlink_to("other.csv"),
        ),
    )
    yield "a link to nothing", lambda file: file.symlink_to("nowhere.csv")
    yield "a link to itself", lambda file: file.symlink_to(file.name)
    yield "a link to a device", lambda file: file.symlink_to("/dev/zero")
    yield "nothing at all", lambda file: None


def _written(content: str | bytes) -> Making:
    raw = content if isinstance(content, bytes) else content.encode()
    return lambda file: file.write_bytes(raw)


def _all() -> Iterator[tuple[str, tuple[str, Making]]]:
    for name, content in _texts():
        yield f"CSV: {name}", ("mine.csv", _written(content))
        if name in ("tabs", "as it should be", "quotes never closed", "a short row"):
            yield f"TSV: {name}", ("mine.tsv", _written(content))
    for name, make in _frames():
        yield f"Parquet: {name}", ("mine.parquet", make)
    for name, make in _archives():
        yield f"npz: {name}", ("mine.npz", make)
    for name, make in _places():
        yield f"place: {name}", ("mine.csv", make)
    for ending in ("csv.gz", "CSV", "txt", "arff", "xlsx", "json", "npy", "pkl"):
        yield f"ending: {ending}", (f"mine.{ending}", _written(_CSV))


MUTATED = dict(_all())
