"""Matrix product states: the exact engine's numbers where both reach, and no explosion."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from experiments import Study
from qml.backends import resolve_backend
from qml.circuits import FEATURE_MAPS, resolve_feature_map, resolve_trainable_map
from qml.classifiers.qsvc import QSVC
from qml.engine import (
    MPSStates,
    encode_mps,
    expectations,
    gram,
    mps_bytes,
    statevectors,
)
from qml.errors import ResourceError, SpecError
from qml.kernels import resolve_kernel

RNG = np.random.default_rng(12)
CLOSE = 1e-7  # of Aer's singular value decompositions
LINEAR = {"name": "zz", "entanglement": "linear"}


@pytest.mark.parametrize("name", [n for n in FEATURE_MAPS.names() if n != "amplitude"])
def test_equal_to_the_exact_engine(name):
    model = resolve_trainable_map(name, 5)
    circuit, X = model.circuit, RNG.uniform(0, 0.9, (7, model.circuit.num_parameters))
    states = encode_mps(circuit, X)
    n = circuit.num_qubits
    exact = statevectors(circuit, X)
    overlaps = np.einsum("ni,ni->n", exact.conj(), states.statevectors())
    np.testing.assert_allclose(np.abs(overlaps), 1.0, atol=CLOSE)
    np.testing.assert_allclose(states.gram(), gram(circuit, X), atol=CLOSE)
    np.testing.assert_allclose(
        encode_mps(circuit, X[:3]).gram(states), gram(circuit, X[:3], X), atol=CLOSE
    )
    observables = [
        SparsePauliOp.from_sparse_list([("X", [0], 1.0)], n),
        SparsePauliOp.from_sparse_list([("ZY", [0, n - 1], 0.5), ("Z", [1], 2.0)], n),
        SparsePauliOp("I" * n),
    ]
    np.testing.assert_allclose(
        states.expectations(observables), expectations(circuit, observables, X), atol=CLOSE
    )


@pytest.mark.parametrize("bond", [1, 3, 8, 16, 20])
def test_both_contractions_are_the_plain_one(bond):
    """Narrow bonds by loops, wide ones by products; tiles that do not fill up."""
    bonds = [1, *(min(bond, 2 ** min(q, 9 - q)) for q in range(1, 9)), 1]
    shapes = [(bonds[q], 2, bonds[q + 1]) for q in range(9)]

    def random_states(n):
        draw = [RNG.normal(size=(n, *s)) + 1j * RNG.normal(size=(n, *s)) for s in shapes]
        return MPSStates.from_tensors(draw, 32)

    left, right = random_states(37), random_states(70)
    vectors = left.statevectors(), right.statevectors()
    np.testing.assert_allclose(np.linalg.norm(vectors[0], axis=1), 1.0)
    np.testing.assert_allclose(
        left.gram(right), np.abs(vectors[0].conj() @ vectors[1].T) ** 2, atol=1e-12
    )
    K = right.gram()
    np.testing.assert_allclose(K, np.abs(vectors[1].conj() @ vectors[1].T) ** 2, atol=1e-12)
    np.testing.assert_array_equal(K, K.T)
    np.testing.assert_allclose(
        left.fidelities(right.taken(np.arange(37))), np.diag(left.gram(right)), atol=1e-12
    )


def test_batches_of_other_bonds_join():
    """The first 64 points do not entangle at all, the later ones do."""
    X = np.zeros((70, 4))
    X[64:] = RNG.uniform(0, 1, (6, 4))
    circuit = resolve_feature_map({"name": "iqp", "entanglement": "linear"}, 4)
    np.testing.assert_allclose(encode_mps(circuit, X).gram(), gram(circuit, X), atol=CLOSE)


def test_hundred_qubits_are_a_product_where_they_are_one():
    """The separable map has a closed form at any width."""
    X = RNG.uniform(0, 0.3, (6, 120))
    spec = {"name": "separable", "reps": 1}
    product = np.prod(
        [resolve_kernel("fidelity", spec, 1.0, "exact")(X[:, [i]]) for i in range(120)], axis=0
    )
    np.testing.assert_allclose(resolve_kernel("fidelity", spec, 1.0, "mps")(X), product, atol=1e-9)


def test_hundred_qubits_entangled_in_pieces():
    """Chains of five qubits side by side: the product of the pieces' exact kernels."""
    X = RNG.uniform(0, 0.5, (5, 100))
    pieces = [[q, q + 1] for q in range(99) if q % 5 != 4]
    whole = {"name": "iqp", "reps": 2, "entanglement": pieces}
    piece = {"name": "iqp", "reps": 2, "entanglement": "linear"}
    product = np.prod(
        [
            resolve_kernel("fidelity", piece, 1.0, "exact")(X[:, first : first + 5])
            for first in range(0, 100, 5)
        ],
        axis=0,
    )
    K = resolve_kernel("fidelity", whole, 1.0, "mps")(X)
    np.testing.assert_allclose(K, product, rtol=1e-6, atol=1e-12)


def test_projected_kernel_at_a_hundred_qubits():
    X = RNG.uniform(0, 0.5, (6, 100))
    kernel = resolve_kernel("projected", LINEAR, 1.0, "mps")
    K = kernel.fit_evaluate(X)
    assert np.linalg.eigvalsh(K).min() > -1e-10
    assert 0 < K[0, 1] < 1


@pytest.mark.timeout(120)
def test_explosion_is_one_line_before_the_memory_is_gone():
    backend = resolve_backend("mps:bond_dimension=8")
    with pytest.raises(
        ResourceError, match="50 matrix product states of 40 qubits: the circuit"
    ) as error:
        backend.gram(resolve_feature_map("zz", 40), RNG.uniform(0, 1, (50, 40)))
    assert "entangles more than bonds of 8 hold" in str(error.value)
    assert "\n" not in str(error.value)


def test_explosion_in_the_middle_is_found_though_the_end_is_narrow():
    """A circuit and its inverse: truncated in between, the end would be wrong and look fine."""
    half = resolve_feature_map("zz", 8)
    x = RNG.uniform(0, 1, 8)
    circuit = half.assign_parameters(x)
    circuit = circuit.compose(circuit.inverse())
    with pytest.raises(ResourceError, match="entangles more than bonds of 4 hold"):
        encode_mps(circuit, np.zeros((1, 0)), max_bond_dimension=4)
    assert encode_mps(circuit, np.zeros((1, 0)), max_bond_dimension=16).bond_dimension >= 1


def test_explosion_of_a_later_point_is_found():
    """Most points do not entangle at all; the one that does is not the first."""
    half = resolve_feature_map("zz", 6)
    circuit = half.compose(half.assign_parameters([np.pi] * 6).inverse())
    X = np.full((5, 6), np.pi)  # pairs have (pi - x_i)(pi - x_j) = 0: nothing entangles
    assert encode_mps(circuit, X, max_bond_dimension=2).bond_dimension == 1
    X[3] = RNG.uniform(0, 1, 6)
    with pytest.raises(ResourceError, match="entangles more than bonds of 2 hold"):
        encode_mps(circuit, X, max_bond_dimension=2)


def test_truncation_is_allowed_on_request_and_told():
    X, y = RNG.uniform(0, 1, (12, 8)), np.arange(12) % 2
    model = QSVC(backend="mps:bond_dimension=4,truncate=true").fit(X, y)
    assert model.training_["truncated"] is True
    assert model.training_["bond_dimension"] == model.training_["bond_dimension_limit"] == 4
    whole = QSVC(backend="mps").fit(X, y)
    assert whole.training_["truncated"] is False
    assert whole.training_["bond_dimension"] == 16
    np.testing.assert_allclose(
        whole.decision_function(X), QSVC().fit(X, y).decision_function(X), atol=1e-6
    )


def test_memory_is_refused_before_anything_runs(monkeypatch):
    monkeypatch.setattr("qml.engine._memory.available_bytes", lambda: 1 << 26)
    chain = resolve_feature_map(LINEAR, 200)
    with pytest.raises(ResourceError, match="a matrix product state of 200 qubits, bonds of 512"):
        encode_mps(chain, np.zeros((1, 200)), max_bond_dimension=512)
    with pytest.raises(ResourceError, match=r"bonds of 4, needs .* at a time fit"):
        encode_mps(chain, RNG.uniform(0, 1, (2000, 200)))
    assert mps_bytes(200, 2000, 4) > 1 << 25


def test_distributions_of_many_qubits_are_refused():
    with pytest.raises(ResourceError, match="the distributions of 60 qubits"):
        resolve_backend("mps").run_probabilities(resolve_feature_map("z", 60), np.zeros((1, 60)))


@pytest.mark.parametrize("spec", ["mps:bond_dimension=1", "mps:truncation=0", "mps:bonds=3"])
def test_parameters_are_checked(spec):
    with pytest.raises(SpecError, match="mps:"):
        resolve_backend(spec)


def test_circuits_without_parameters_or_gates():
    assert encode_mps(QuantumCircuit(3), np.zeros((2, 0))).gram().tolist() == [[1, 1], [1, 1]]


def test_study_keeps_the_bond_dimension_in_the_record(tmp_path):
    study = Study.from_dict(
        {
            "name": "chain",
            "datasets": [{"name": "ad_hoc", "n_samples": 20}],
            "models": [{"name": "qsvc", "feature_map": LINEAR, "C": [1.0, 10.0]}],
            "backend": "mps",
            "protocol": {"folds": 2},
        }
    )
    cells = study.run(jobs=1, out=tmp_path).cells()
    assert set(cells["status"]) == {"done"}
    assert (cells["training_bond_dimension"] == 2).all()
    assert (cells["training_truncation"] == 1e-16).all()
