"""Diagnostics of variational models: by their formulas, and by what the papers say."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit import Parameter, ParameterVector, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp, Statevector, partial_trace
from typer.testing import CliRunner

from experiments.commands.cli import app
from experiments.datasets.ad_hoc import ad_hoc
from experiments.health.models import examinations
from qml.circuits import resolve_ansatz
from qml.classifiers.separable_variational_classifier import SeparableVariationalClassifier
from qml.classifiers.vqc import VQC
from qml.diagnostics.effective_dimension import effective_dimension, fisher_information
from qml.diagnostics.entangling_capability import entangling_capability, meyer_wallach
from qml.diagnostics.expressibility import expressibility
from qml.diagnostics.fourier_spectrum import fourier_spectrum
from qml.diagnostics.gradient_variance import (
    decay_per_qubit,
    gradient_variance,
    variance_over_widths,
)
from qml.diagnostics.loss_landscape import loss_landscape
from qml.diagnostics.model_health import model_health
from qml.errors import DataError, SpecError


def test_gradient_variance_of_one_rotation_is_one_half():
    """d<Z>/dt = -sin t, and the mean of its square over the circle is 1/2."""
    circuit = QuantumCircuit(1)
    circuit.ry(Parameter("t"), 0)
    found = gradient_variance(circuit, SparsePauliOp("Z"), n_draws=4000)
    assert found.variance == pytest.approx(0.5, abs=0.02)


def test_gradient_variance_of_a_product_is_its_closed_form():
    """prod cos t_q: a slope is -sin t_k prod cos, with variance 2^-n."""
    for n in (2, 4):
        circuit = QuantumCircuit(n)
        for qubit, angle in enumerate(ParameterVector("t", n)):
            circuit.ry(angle, qubit)
        found = gradient_variance(circuit, SparsePauliOp("Z" * n), n_draws=6000)
        assert found.variance == pytest.approx(2.0**-n, rel=0.15)


def test_deep_circuits_have_barren_plateaus_and_shallow_local_costs_have_not():
    deep = variance_over_widths({"name": "efficient_su2", "reps": 10}, (2, 4, 6, 8), 100)
    assert decay_per_qubit(deep, "global_variance") < -0.7
    shallow = variance_over_widths(
        {"name": "two_local", "reps": 1, "entanglement": "linear"}, (2, 4, 6, 8), 200
    )
    assert decay_per_qubit(shallow, "global_variance") < -0.5
    # the mean of n bits loses 1/n^2 by its own normalisation, and no more
    for row in shallow:
        row["local_variance"] *= row["qubits"] ** 2
    assert decay_per_qubit(shallow, "local_variance") > -0.2


def test_last_rotations_about_z_are_dead_by_construction():
    """The trap: EfficientSU2 ends in RZ, which commutes with every Z observable."""
    found = gradient_variance(resolve_ansatz("efficient_su2", 3), SparsePauliOp("ZZZ"))
    assert found.n_dead == 3
    assert gradient_variance(resolve_ansatz("real_amplitudes", 3), SparsePauliOp("ZZZ")).n_dead == 0


def test_expressibility_orders_circuits_as_published():
    """Sim et al.: an idle circuit is worst, one with H and RZ better, a general rotation best."""
    idle, turning, general = QuantumCircuit(1), QuantumCircuit(1), QuantumCircuit(1)
    idle.rz(Parameter("t"), 0)
    turning.h(0)
    turning.rz(Parameter("t"), 0)
    a, b = ParameterVector("t", 2)
    general.h(0)
    general.rz(a, 0)
    general.rx(b, 0)
    values = [expressibility(circuit, n_pairs=5000) for circuit in (idle, turning, general)]
    # their figure 3: 4.30, 0.22 and 0.02
    assert values[0] == pytest.approx(np.log(75), abs=1e-9)
    assert values[1] == pytest.approx(0.22, abs=0.03)
    assert values[2] == pytest.approx(0.02, abs=0.015)


def test_haar_states_have_no_divergence():
    """A deep circuit on two qubits is a random state, up to the histogram's own noise."""
    deep = resolve_ansatz({"name": "strongly_entangling", "reps": 8}, 2)
    assert expressibility(deep, n_pairs=20000) < 0.006


def test_meyer_wallach_is_its_definition():
    rng = np.random.default_rng(0)
    states = rng.normal(size=(3, 8)) + 1j * rng.normal(size=(3, 8))
    states /= np.linalg.norm(states, axis=1, keepdims=True)
    for state, found in zip(states, meyer_wallach(states), strict=True):
        purities = [
            partial_trace(Statevector(state), [q for q in range(3) if q != keep]).purity().real
            for keep in range(3)
        ]
        assert found == pytest.approx(2 * (1 - np.mean(purities)), abs=1e-12)
    ghz = np.zeros(8)
    ghz[[0, 7]] = 1 / np.sqrt(2)
    assert meyer_wallach(ghz[None].astype(complex))[0] == pytest.approx(1)
    assert entangling_capability(resolve_ansatz("strongly_entangling", 3)) > 0.4


def test_fourier_degree_is_the_number_of_encodings():
    """Schuld et al.: r rotations by x give frequencies up to r."""
    for reps in (1, 2, 3):
        model = SeparableVariationalClassifier(reps=reps, random_state=0)
        architecture = model._architecture(1, 2)
        rng = np.random.default_rng(0)
        from qml.backends import resolve_backend

        def functions(points, architecture=architecture, rng=rng):
            bound = resolve_backend("exact").bind(architecture.model, points[:, None])
            weights = rng.normal(size=(5, len(architecture.model.weights)))
            return np.array(
                [(bound.probabilities(w) @ architecture.readout)[:, -1] for w in weights]
            )

        found = fourier_spectrum(functions, 6)
        assert found.degree == reps
        assert not found.aliased
    with pytest.raises(DataError, match="values: shape"):
        fourier_spectrum(lambda x: x, 4)


def test_fisher_information_is_the_outer_product_of_scores():
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(3), 4)
    J = rng.normal(size=(4, 3, 2))
    by_hand = np.mean(
        [
            sum(p[i, c] * np.outer(J[i, c] / p[i, c], J[i, c] / p[i, c]) for c in range(3))
            for i in range(4)
        ],
        axis=0,
    )
    np.testing.assert_allclose(fisher_information(p, J), by_hand)


def test_effective_dimension_counts_directions():
    whole, half = np.eye(4), np.diag([1.0, 1.0, 0.0, 0.0])
    assert effective_dimension([whole], 10**12) == pytest.approx(4, abs=0.2)
    assert effective_dimension([half], 10**12) == pytest.approx(2, abs=0.2)
    with pytest.raises(DataError, match="too few"):
        effective_dimension([whole], 10)
    with pytest.raises(DataError, match="no weight moves"):
        effective_dimension([np.zeros((2, 2))], 1000)


def test_landscape_is_the_loss_on_its_plane():
    center = np.array([0.3, -0.2, 0.5])
    loss = lambda w: float(np.sin(w).sum())
    found = loss_landscape(loss, center, reach=1.0, n_steps=6)
    assert len(found.steps) == 7
    assert found.losses[3, 3] == loss(center)
    np.testing.assert_allclose(found.directions @ found.directions.T, np.eye(2), atol=1e-12)
    a, b = found.directions
    assert found.losses[0, 5] == loss(center + found.steps[0] * a + found.steps[5] * b)


def test_model_health_of_a_model_and_of_its_control():
    data = ad_hoc(2, n_samples=24)
    health = model_health(VQC(optimizer="l_bfgs_b"), data.X, data.y, qubits=(2, 3), n_steps=5)
    assert health.summary["weights"] == 16
    assert health.summary["dead_weights"] == 2
    assert health.summary["loss_trained"] < health.summary["loss_random"]
    assert 0 < health.summary["effective_dimension"] <= 16
    assert [row["qubits"] for row in health.widths] == [2, 3]
    assert [row["reps"] for row in health.depths] == [1, 2, 4, 8, 16]
    middle = health.landscape.losses[2, 2]
    assert middle == pytest.approx(health.summary["loss_trained"], abs=1e-9)
    control = model_health(SeparableVariationalClassifier(), data.X, data.y, n_steps=3)
    assert control.summary["entangling_capability"] == pytest.approx(0, abs=1e-9)
    assert control.widths == []
    with pytest.raises(SpecError, match="has no circuit that is trained"):
        model_health(object(), data.X, data.y)


def test_command_examines_each_circuit_of_a_study_once(tmp_path):
    found = list(examinations("quickstart"))
    assert [examination.dataset for examination in found] == ["ad_hoc", "wine"]
    study = tmp_path / "little.yaml"
    study.write_text(
        "name: little\ndatasets: [{name: ad_hoc, n_samples: 24}]\nmodels: [vqc, svc]\n"
        "protocol: {folds: 2}\n"
    )
    result = CliRunner().invoke(app, ["model-health", str(study), "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert "move no output" in result.output
    files = {file.name for file in (tmp_path / "out" / "0").iterdir()}
    assert files == {
        "summary.csv",
        "widths.csv",
        "depths.csv",
        "fourier.csv",
        "landscape.csv",
        "model-health.png",
    }
    study.write_text("name: little\ndatasets: [ad_hoc]\nmodels: [svc]\n")
    result = CliRunner().invoke(app, ["model-health", str(study)])
    assert "no variational model" in str(result.exception)
