"""The V2 primitives: what Qiskit's reference ones document, and what theirs get wrong."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit import ClassicalRegister, Clbit, Parameter, QuantumCircuit, QuantumRegister
from qiskit.circuit.library import real_amplitudes
from qiskit.exceptions import QiskitError
from qiskit.primitives import PubResult, SamplerPubResult, StatevectorEstimator, StatevectorSampler
from qiskit.primitives.containers.estimator_pub import EstimatorPub
from qiskit.primitives.containers.observables_array import ObservablesArray
from qiskit.primitives.containers.sampler_pub import SamplerPub
from qiskit.providers import JobStatus
from qiskit.quantum_info import Pauli, PauliList, SparseObservable, SparsePauliOp

from qml.engine.primitives import BatchedEstimator, BatchedSampler
from qml.errors import ResourceError, SpecError

ANSATZ = real_amplitudes(3, reps=1)
VALUES = np.random.default_rng(0).normal(size=(2, 4, ANSATZ.num_parameters))


def measured(circuit):
    return circuit.measure_all(inplace=False)


def frequencies(bits, size):
    outcomes = bits.array.astype(int) @ (256 ** np.arange(bits.array.shape[-1])[::-1])
    return np.apply_along_axis(
        lambda row: np.bincount(row, minlength=size) / len(row), -1, outcomes
    )


def test_sampler_follows_the_exact_distribution_and_shape():
    result = BatchedSampler(seed=1).run([(measured(ANSATZ), VALUES)], shots=20_000).result()[0]
    reference = (
        StatevectorSampler(seed=2).run([(measured(ANSATZ), VALUES)], shots=20_000).result()[0]
    )
    assert result.data.meas.shape == reference.data.meas.shape == (2, 4)
    assert result.data.meas.num_shots == 20_000
    assert result.metadata["shots"] == reference.metadata["shots"]
    np.testing.assert_allclose(
        frequencies(result.data.meas, 8), frequencies(reference.data.meas, 8), atol=0.03
    )


def test_registers_unmeasured_qubits_and_wide_registers():
    a, b = ClassicalRegister(2, "a"), ClassicalRegister(9, "b")
    circuit = QuantumCircuit(QuantumRegister(4), a, b)
    circuit.x([0, 3])
    circuit.h(1)
    circuit.measure(0, b[8])
    circuit.measure(3, a[0])
    circuit.measure(2, a[1])
    ours = BatchedSampler(seed=0).run([circuit], shots=50).result()[0].data
    theirs = StatevectorSampler(seed=0).run([circuit], shots=50).result()[0].data
    for register in ("a", "b"):
        assert ours[register].get_counts() == theirs[register].get_counts()
    assert ours.b.get_counts() == {"100000000": 50}


def test_mid_circuit_measurement_is_named():
    circuit = QuantumCircuit(1, 1)
    circuit.measure(0, 0)
    circuit.x(0)
    with pytest.raises(SpecError, match=r"pubs\[0\]: the circuit goes on with 'x' after a measure"):
        BatchedSampler().run([circuit]).result()


def test_items_and_jobs_have_streams_of_their_own_and_seeds_repeat():
    circuit = QuantumCircuit(3)
    circuit.h(range(3))
    item = measured(circuit)

    def draw(seed):
        sampler = BatchedSampler(seed=seed)
        jobs = [sampler.run([item, item], shots=64).result() for _ in range(2)]
        return [pub.data.meas.array.tobytes() for job in jobs for pub in job]

    assert len(set(draw(3))) == 4
    assert draw(3) == draw(3)
    assert draw(3) != draw(4)


def test_shots_of_item_call_and_default():
    circuit = measured(QuantumCircuit(1))
    sampler = BatchedSampler(default_shots=7)
    result = sampler.run([circuit, (circuit, None, 3)]).result()
    assert [pub.data.meas.num_shots for pub in result] == [7, 3]
    assert sampler.run([circuit], shots=5).result()[0].data.meas.num_shots == 5


def test_estimator_broadcasts_as_the_reference():
    observables = [[SparsePauliOp("ZZI")], [SparsePauliOp.from_list([("XYZ", 0.3), ("IIX", 1)])]]
    pubs = [
        (ANSATZ, observables, VALUES),
        (ANSATZ, ["ZII", "IXI", "YYY", "III"], VALUES),
        (ANSATZ, SparsePauliOp("ZZZ"), VALUES[0, 0]),
        (QuantumCircuit(1), ["Z", "X"]),
    ]
    ours, theirs = BatchedEstimator().run(pubs).result(), StatevectorEstimator().run(pubs).result()
    for mine, reference in zip(ours, theirs, strict=True):
        assert mine.data.evs.shape == reference.data.evs.shape
        np.testing.assert_allclose(mine.data.evs, reference.data.evs, atol=1e-10)
        np.testing.assert_array_equal(mine.data.stds, reference.data.stds)


def test_estimator_precision_is_a_normal_deviation():
    values = np.zeros((4000, 0))
    run = BatchedEstimator(seed=1).run([(QuantumCircuit(1), "Z", values)], precision=0.1)
    evs = run.result()[0].data.evs
    assert evs.std() == pytest.approx(0.1, rel=0.05)
    assert evs.mean() == pytest.approx(1.0, abs=0.01)


def test_jobs_say_that_they_are_done():
    job = BatchedSampler().run([measured(QuantumCircuit(1))])
    job.result()
    assert job.done()
    assert job.job_id()


# What a call is refused with: at the place, and as the kind of error, of the reference

SAMPLERS, ESTIMATORS = (
    (StatevectorSampler, BatchedSampler),
    (StatevectorEstimator, BatchedEstimator),
)
A, B = Parameter("a"), Parameter("b")
ONE = QuantumCircuit(1)
TURNED = QuantumCircuit(2)
TURNED.rx(A, 0)
TURNED.ry(B, 1)


def looping():
    circuit = QuantumCircuit(1, 1)
    with circuit.for_loop(range(2)):
        circuit.x(0)
    return circuit


def branching():
    circuit = QuantumCircuit(1, 1)
    circuit.measure(0, 0)
    with circuit.if_test((0, True)):
        circuit.x(0)
    return circuit


def composed_with_a_measurement():
    inside = QuantumCircuit(1, 1)
    inside.measure(0, 0)
    circuit = QuantumCircuit(1, 1)
    circuit.append(inside.to_instruction(), [0], [0])
    return circuit


def measured_then_reset():
    circuit = QuantumCircuit(1, 1)
    circuit.measure(0, 0)
    circuit.reset(0)
    return circuit


def outcome_of(primitive, pubs, options, settings):
    """Return where a call ended, and with which error."""
    place = "construction"
    try:
        built = primitive(**settings)
        place = "run"
        job = built.run(pubs, **options)
        place = "result"
        job.result()
    except Exception as error:
        return place, error
    return "end", None


BAD_SAMPLER_CALLS = {
    "no shots": ([measured(ONE)], {"shots": 0}, {}),
    "no shots in the item": ([(measured(ONE), None, 0)], {}, {}),
    "no shots by default": ([measured(ONE)], {}, {"default_shots": 0}),
    "negative shots": ([measured(ONE)], {"shots": -1}, {}),
    "half a shot": ([measured(ONE)], {"shots": 1.5}, {}),
    "shots that are a bool": ([measured(ONE)], {"shots": True}, {}),
    "shots that are a text": ([measured(ONE)], {"shots": "3"}, {}),
    "default shots that are none": ([measured(ONE)], {}, {"default_shots": None}),
    "values for a circuit without parameters": ([(measured(ONE), [0.1])], {}, {}),
    "no values": ([measured(TURNED)], {}, {}),
    "one value of two": ([(measured(TURNED), [0.1])], {}, {}),
    "three values of two": ([(measured(TURNED), [0.1, 0.2, 0.3])], {}, {}),
    "complex values": ([(measured(TURNED), [1j, 0.0])], {}, {}),
    "values that are texts": ([(measured(TURNED), ["x", "y"])], {}, {}),
    "a circuit outside a list": (measured(ONE), {}, {}),
    "an item outside a list": ((measured(TURNED), [0.1, 0.2]), {}, {}),
    "an item that is none": ([None], {}, {}),
    "an item that is a text": (["circuit"], {}, {}),
    "a circuit that is a text": ([("x",)], {}, {}),
    "a loop": ([looping()], {}, {}),
    "a branch": ([branching()], {}, {}),
    "a measurement inside an instruction": ([composed_with_a_measurement()], {}, {}),
    "a measured qubit that is reset": ([measured_then_reset()], {}, {}),
}
BAD_ESTIMATOR_CALLS = {
    "negative precision": ([(ONE, "Z")], {"precision": -1}, {}),
    "negative precision in the item": ([(ONE, "Z", None, -0.1)], {}, {}),
    "negative precision by default": ([(ONE, "Z")], {}, {"default_precision": -1}),
    "a default precision that is none": ([(ONE, "Z")], {}, {"default_precision": None}),
    "a precision that is a text": ([(ONE, "Z")], {"precision": "x"}, {}),
    "a complex precision": ([(ONE, "Z")], {"precision": 1j}, {}),
    "no observable": ([(ONE,)], {}, {}),
    "a circuit alone": ([ONE], {}, {}),
    "an item outside a list": ((ONE, "Z"), {}, {}),
    "an item that is none": ([None], {}, {}),
    "an observable that is none": ([(ONE, None)], {}, {}),
    "an observable of another width": ([(ONE, "ZZ")], {}, {}),
    "observables of two widths": ([(ONE, ["Z", "ZZ"])], {}, {}),
    "an observable that is zero": ([(ONE, SparsePauliOp("Z", 0.0))], {}, {}),
    "an observable without terms": ([(ONE, {})], {}, {}),
    "an imaginary observable": ([(ONE, SparsePauliOp("Z", 1j))], {}, {}),
    "an imaginary observable with noise": ([(ONE, Pauli("iZ"))], {"precision": 0.1}, {}),
    "no values": ([(TURNED, "ZZ")], {}, {}),
    "values for a circuit without parameters": ([(ONE, "Z", [0.1])], {}, {}),
    "complex values": ([(TURNED, "ZZ", [1j, 0.0])], {}, {}),
    "shapes that do not broadcast": ([(TURNED, ["ZZ", "ZI", "IZ"], np.zeros((2, 2)))], {}, {}),
    "a final measurement": ([(measured(ONE), "Z")], {}, {}),
    "a loop": ([(looping(), "Z")], {}, {}),
    "a branch": ([(branching(), "Z")], {}, {}),
}


@pytest.mark.parametrize("call", BAD_SAMPLER_CALLS.values(), ids=BAD_SAMPLER_CALLS)
def test_sampler_refuses_where_and_as_the_reference_does(call):
    (place, error), (mine, own) = (outcome_of(primitive, *call) for primitive in SAMPLERS)
    assert place in ("run", "result")
    assert mine == place
    assert isinstance(own, type(error)), own


@pytest.mark.parametrize("call", BAD_ESTIMATOR_CALLS.values(), ids=BAD_ESTIMATOR_CALLS)
def test_estimator_refuses_where_and_as_the_reference_does(call):
    (place, error), (mine, own) = (outcome_of(primitive, *call) for primitive in ESTIMATORS)
    assert place in ("run", "result")
    assert mine == place
    assert isinstance(own, type(error)), own


@pytest.mark.parametrize(
    "call",
    [
        lambda: BatchedSampler(default_shots=None).run([measured(ONE)]).result(),
        lambda: BatchedEstimator(default_precision=None).run([(ONE, "Z")]).result(),
    ],
    ids=["shots", "precision"],
)
def test_a_default_that_is_none_is_named(call):
    words = (
        r"^pubs\[0\]\.(shots|precision): got None, expected .* run or default_(shots|precision)$"
    )
    with pytest.raises(TypeError, match=words):
        call()


def test_a_refused_circuit_is_an_error_of_both_libraries_in_one_line():
    job = BatchedEstimator().run([(ONE, "Z"), (measured(ONE), "Z")])
    with pytest.raises(QiskitError, match=r"^pubs\[1\]: the circuit measures; .* alone$") as caught:
        job.result()
    assert isinstance(caught.value, SpecError)
    assert caught.value.message == str(caught.value)
    assert job.status() is JobStatus.ERROR


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_named(value):
    """The reference ends here too, with a RuntimeError or a ZeroDivisionError."""
    values = np.zeros((2, 3, 2))
    values[1, 2, 1] = value
    for job in (
        BatchedSampler().run([(measured(TURNED), values)]),
        BatchedEstimator().run([(TURNED, "ZZ", values)]),
    ):
        with pytest.raises(SpecError, match=rf"pubs\[0\]: parameter b is {value} at \(1, 2\)"):
            job.result()


@pytest.mark.parametrize("precision", [np.nan, np.inf])
def test_a_precision_that_is_not_finite_is_refused(precision):
    """The reference adds noise of that width: every value is NaN or infinite."""
    with pytest.raises(SpecError, match=r"pubs\[0\].precision: got (nan|inf), expected"):
        BatchedEstimator().run([(ONE, "Z")], precision=precision)


@pytest.mark.parametrize("coefficient", [np.nan, np.inf])
def test_coefficients_that_are_not_finite_are_refused(coefficient):
    """The reference's value is NaN."""
    job = BatchedEstimator().run([(ONE, {"Z": 1.0, "X": coefficient})])
    with pytest.raises(SpecError, match=r"pubs\[0\]: an observable's coefficients must be finite"):
        job.result()


def test_unknown_names_of_parameters_are_refused():
    with pytest.raises(ValueError, match="'c'"):
        BatchedEstimator().run([(TURNED, "ZZ", {"a": 0.0, "c": 0.0})]).result()


def test_samples_that_do_not_fit_the_memory_are_refused():
    job = BatchedSampler().run([measured(ONE)], shots=1 << 50)
    with pytest.raises(ResourceError, match="drawing 1,125,899,906,842,624 shots"):
        job.result()


# Seeds


@pytest.mark.parametrize("primitive", [BatchedSampler, BatchedEstimator])
def test_seed_is_kept_as_it_was_given(primitive):
    generator, sequence = np.random.default_rng(1), np.random.SeedSequence(1)
    for seed in (None, 7, np.int64(7), generator, sequence):
        assert primitive(seed=seed).seed is seed


@pytest.mark.parametrize(("seed", "error"), [(-1, ValueError), (1.5, TypeError), ("x", TypeError)])
@pytest.mark.parametrize("primitive", [BatchedSampler, BatchedEstimator])
def test_what_is_no_seed_is_refused_at_once(primitive, seed, error):
    """With the reference's type of error, which comes at the first result there."""
    with pytest.raises(error, match=r"expect"):
        primitive(seed=seed)


def test_a_generator_is_drawn_from_at_every_job():
    def draws(generator):
        estimator = BatchedEstimator(seed=generator)
        jobs = [estimator.run([(ONE, "Z")] * 2, precision=1.0).result() for _ in range(2)]
        return [float(item.data.evs) for job in jobs for item in job]

    first = draws(np.random.default_rng(1))
    assert len(set(first)) == 4
    assert draws(np.random.default_rng(1)) == first
    moved = np.random.default_rng(1)
    moved.random()
    assert draws(moved) != first


# Registers


def plus_on_two():
    circuit = QuantumCircuit(3)
    circuit.x(0)
    circuit.cx(0, 2)
    return circuit


def registered(*registers, reads=()):
    circuit = QuantumCircuit(QuantumRegister(3), *registers)
    circuit.compose(plus_on_two(), inplace=True)
    for qubit, bit in reads:
        circuit.measure(qubit, bit)
    return circuit


def overlapping():
    bits = [Clbit() for _ in range(3)]
    circuit = QuantumCircuit(list(QuantumRegister(3)), bits)
    circuit.add_register(ClassicalRegister(bits=bits[:2], name="low"))
    circuit.add_register(ClassicalRegister(bits=bits[1:], name="high"))
    circuit.compose(plus_on_two(), inplace=True)
    circuit.measure([2, 0], [1, 2])
    return circuit


def c(size, name="c"):
    return ClassicalRegister(size, name)


REGISTERS = {
    "any order": registered(c(3), reads=[(2, 0), (0, 2), (1, 1)]),
    "part of a register": registered(c(5), reads=[(2, 4)]),
    "no measurement": registered(c(2), c(1, "d")),
    "one qubit in two bits": registered(c(2), reads=[(2, 0), (2, 1)]),
    "one qubit twice in one bit": registered(c(1), reads=[(2, 0), (2, 0)]),
    "two qubits in one bit": registered(c(1), reads=[(2, 0), (1, 0)]),
    "two registers": registered(c(1), c(9, "d"), reads=[(0, 9), (2, 0), (1, 3)]),
    "a name with a space": registered(c(1, "my bits"), reads=[(0, 0)]),
    "overlapping": overlapping(),
}


@pytest.mark.parametrize("circuit", REGISTERS.values(), ids=REGISTERS)
def test_registers_read_what_the_reference_reads(circuit):
    theirs, ours = (sampler(seed=1).run([circuit], shots=5).result()[0] for sampler in SAMPLERS)
    assert list(ours.data) == list(theirs.data)
    for name, bits in theirs.data.items():
        assert ours.data[name].num_bits == bits.num_bits
        np.testing.assert_array_equal(ours.data[name].array, bits.array)


def test_registers_of_no_bits_are_empty():
    circuit = registered(c(0, "none"), c(1), reads=[(0, 0)])
    for sampler in SAMPLERS:
        data = sampler().run([circuit], shots=5).result()[0].data
        assert data["none"].array.shape == (5, 0)
        assert data["c"].get_counts() == {"1": 5}


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_circuit_without_registers_gives_an_empty_result_and_a_warning(sampler):
    with pytest.warns(UserWarning, match="no.* classical register"):
        job = sampler().run([(TURNED, [[0.1, 0.2]] * 3)])
    [result] = job.result()
    assert len(result.data) == 0
    assert result.data.shape == (3,)


# Shapes, forms of an item, metadata

SHAPES = [(), (1,), (3,), (2, 1), (2, 3), (0,), (3, 0), (4, 1, 3)]


@pytest.mark.parametrize("of_values", SHAPES, ids=str)
@pytest.mark.parametrize("of_observables", SHAPES, ids=str)
def test_every_pair_of_shapes_broadcasts_as_the_reference(of_values, of_observables):
    rng = np.random.default_rng(0)
    values = rng.normal(size=(*of_values, 2))
    observables = np.empty(of_observables, dtype=object)
    for place in np.ndindex(of_observables):
        observables[place] = {"".join(rng.choice(list("IXYZ"), 2)): 1.5, "ZX": 0.5}
    asked = observables if of_observables else observables[()]
    theirs, ours = (
        outcome_of(estimator, [(TURNED, asked, values)], {}, {}) for estimator in ESTIMATORS
    )
    assert ours[0] == theirs[0]
    if theirs[1] is not None:
        assert type(ours[1]) is type(theirs[1])
        return
    for precision in (0.0, 0.1):
        theirs, ours = (
            estimator().run([(TURNED, asked, values)], precision=precision).result()[0]
            for estimator in ESTIMATORS
        )
        assert ours.data.shape == theirs.data.shape
        for mine, reference in zip(ours.data.values(), theirs.data.values(), strict=True):
            assert isinstance(mine, np.ndarray)
            assert mine.shape == reference.shape
            assert mine.dtype == reference.dtype
        np.testing.assert_allclose(ours.data.evs, theirs.data.evs, atol=1e-10 + 10 * precision)
        np.testing.assert_array_equal(ours.data.stds, np.full(ours.data.shape, precision))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_samples_have_the_values_shape(shape):
    values = np.zeros((*shape, 2))
    theirs, ours = (
        sampler().run([(measured(TURNED), values)], shots=4).result()[0] for sampler in SAMPLERS
    )
    assert type(ours) is type(theirs) is SamplerPubResult
    assert ours.data.shape == theirs.data.shape == shape
    np.testing.assert_array_equal(ours.data.meas.array, theirs.data.meas.array)


@pytest.mark.parametrize(
    "values",
    [
        {"a": 0.3, "b": 0.5},
        {"b": [0.3, 0.4], "a": [0.5, 0.6]},
        {("b", "a"): [[0.3, 0.4], [0.5, 0.6]]},
        {A: [0.3], B: [0.4]},
        {(A,): [[0.3], [0.4]], "b": [0.5, 0.6]},
        [0.3, 0.4],
        ([0.3, 0.4],),
    ],
    ids=str,
)
def test_values_are_given_in_every_form_of_the_reference(values):
    theirs, ours = (
        estimator().run([(TURNED, ["ZI", "XY"], values)]).result()[0] for estimator in ESTIMATORS
    )
    np.testing.assert_allclose(ours.data.evs, theirs.data.evs, atol=1e-12)


@pytest.mark.parametrize(
    "observable",
    [
        "Z",
        Pauli("-X"),
        PauliList(["X", "Z"]),
        SparsePauliOp(["Z", "X"], [1.0, 2.0 + 0.0j]),
        SparseObservable("Y"),
        {"Z": 1, "X": -2},
        {Pauli("-Z"): 2.0},
        [["Z"], [Pauli("X")]],
        ObservablesArray(["X", "Z"]),
    ],
    ids=str,
)
def test_observables_are_given_in_every_form_of_the_reference(observable):
    circuit = QuantumCircuit(1)
    circuit.rx(0.3, 0)
    circuit.rz(0.4, 0)
    theirs, ours = (
        estimator().run([(circuit, observable)]).result()[0] for estimator in ESTIMATORS
    )
    np.testing.assert_allclose(ours.data.evs, theirs.data.evs, atol=1e-12)


def test_items_are_given_in_every_form_and_number():
    sampled, asked = SamplerPub.coerce(measured(ONE)), EstimatorPub.coerce((ONE, "Z"))
    for sampler in SAMPLERS:
        assert len(sampler().run([]).result()) == 0
        results = sampler(default_shots=3).run(iter([sampled, sampled, measured(ONE)])).result()
        assert [item.data.meas.num_shots for item in results] == [3, 3, 3]
    for estimator in ESTIMATORS:
        assert len(estimator().run([]).result()) == 0
        results = estimator().run(iter([asked, asked])).result()
        assert [item.data.evs.tolist() for item in results] == [1.0, 1.0]


def test_metadata_are_those_of_the_reference():
    circuit = QuantumCircuit(1, metadata={"made": "here"})
    sampled = [sampler().run([measured(circuit)], shots=3).result() for sampler in SAMPLERS]
    asked = [estimator().run([(circuit, "Z")], precision=0.2).result() for estimator in ESTIMATORS]
    for theirs, ours in (sampled, asked):
        assert ours.metadata == theirs.metadata == {"version": 2}
        assert ours[0].metadata == theirs[0].metadata
        assert type(ours[0]) is type(theirs[0])
        assert issubclass(type(ours[0]), PubResult)


def test_one_point_one_observable_and_a_precision_in_every_place():
    for pub, options, settings in (
        ((ONE, "Z"), {"precision": 0.5}, {}),
        ((ONE, "Z", None, 0.5), {}, {}),
        ((ONE, "Z"), {}, {"default_precision": 0.5}),
    ):
        [result] = BatchedEstimator(seed=3, **settings).run([pub], **options).result()
        assert result.data.evs.shape == ()
        assert result.data.evs != 1.0
        assert result.data.stds == result.metadata["target_precision"] == 0.5


def test_equal_observables_of_one_point_are_computed_once():
    """A thousand times one state of twenty qubits would take 16 GiB."""
    circuit = QuantumCircuit(20)
    [result] = BatchedEstimator().run([(circuit, ["I" * 19 + "Z"] * 1000)]).result()
    np.testing.assert_array_equal(result.data.evs, np.ones(1000))
