"""The restaurant reviews of Joshi et al. (2021)."""

from __future__ import annotations

import hashlib
import logging
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import NonNegativeInt

from experiments.datasets._dataset import Dataset
from qml.errors import DataError

__all__ = ["restaurant_reviews"]

_ARCHIVE_URL = "https://archive.ics.uci.edu/static/public/331/sentiment+labelled+sentences.zip"
_ARCHIVE_SHA256 = "afc26626d710899948693e1a61405dce197f57ffa719fa1130d346b4cc095343"
_FILE = "yelp_labelled.txt"
_MEMBER = f"sentiment labelled sentences/{_FILE}"
_FILE_SHA256 = "c76468b7b5c6e56a0804d728345c5f84aa2142ddb214420f61cc9cfd4c00d2ea"


def restaurant_reviews(
    random_state: int = 0,
    components_of_all_rows: NonNegativeInt = 0,
    supervised: bool = False,
) -> Dataset:
    """1,000 sentences about restaurants, 500 liked (1) and 500 not (0).

    The archive is downloaded once into the cache folder; the environment variable ``QML_DATA``
    names another folder that holds ``yelp_labelled.txt``. The file's hash is checked either way.

    Parameters
    ----------
    random_state : int, default=0
        Seed that is not used: nothing is drawn.
    components_of_all_rows : int, default=0
        Number of principal components of the counts of the 1,500 most frequent words, learned from
        *all* rows, test rows included: the leak of a pipeline that splits last. It is here to be
        measured, not to be used. 0 gives the texts.
    supervised : bool, default=False
        True for components that vary with the labels (partial least squares), those of the test
        rows included: the leak of labels.

    Raises
    ------
    DataError
        If the file is neither in that folder nor in the cache and cannot be downloaded, or is not
        the published one.

    References
    ----------
    Kotzias et al., KDD 2015, doi:10.1145/2783258.2783380; data: doi:10.24432/C57604.
    """
    file = _from_folder() or _from_cache()
    raw = file.read_bytes()
    if hashlib.sha256(raw).hexdigest() != _FILE_SHA256:
        raise DataError(f"restaurant_reviews: {file} is not the published file (wrong SHA-256)")
    rows = [line.rpartition("\t") for line in raw.decode("utf-8").split("\n") if line]
    texts = np.array([text.strip() for text, _, _ in rows], dtype=object)
    labels = np.array([int(label) for _, _, label in rows])
    features: NDArray[Any] = texts
    if components_of_all_rows:
        features = _leaked(texts, components_of_all_rows, labels if supervised else None)
    return Dataset(
        features,
        labels,
        name="restaurant_reviews",
        source="UCI Sentiment Labelled Sentences, yelp_labelled.txt; doi:10.24432/C57604",
        licence="CC BY 4.0",
    )


def _leaked(
    texts: NDArray[np.object_], n_components: int, labels: NDArray[np.intp] | None
) -> NDArray[np.float64]:
    """Return components of all rows; with labels those that vary with them."""
    from sklearn.cross_decomposition import PLSRegression
    from sklearn.decomposition import PCA
    from sklearn.feature_extraction.text import CountVectorizer

    counts = CountVectorizer(max_features=1500).fit_transform(texts).toarray()
    components: NDArray[np.float64]
    if labels is None:
        components = PCA(n_components, svd_solver="full").fit_transform(counts)
    else:
        components = PLSRegression(n_components).fit(counts, labels).transform(counts)
    # the data's hash must not depend on the order in which a library sums
    return np.round(components, 6) + 0.0


def _from_folder() -> Path | None:
    folder = os.environ.get("QML_DATA")
    if not folder:
        return None
    file = Path(folder) / _FILE
    if not file.is_file():
        raise DataError(f"restaurant_reviews: QML_DATA={folder} holds no {_FILE}")
    return file


def _from_cache() -> Path:
    import pooch

    pooch.get_logger().setLevel(logging.WARNING)
    cache = pooch.os_cache("qml-workbench")
    try:
        members = pooch.retrieve(
            _ARCHIVE_URL,
            known_hash=f"sha256:{_ARCHIVE_SHA256}",
            fname="sentiment_labelled_sentences.zip",
            path=cache,
            processor=pooch.Unzip(members=[_MEMBER]),
            downloader=pooch.HTTPDownloader(timeout=30),
        )
    except Exception as error:  # whatever the network layer raises, the way out is the same
        raise DataError(
            f"restaurant_reviews: not cached and not downloaded ({type(error).__name__}); fetch "
            f"{_ARCHIVE_URL} elsewhere, unpack {_FILE} into a folder and set QML_DATA to it"
        ) from None
    return Path(members[0])
