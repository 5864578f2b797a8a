import pickle

from qml.errors import SpecError, did_you_mean


def test_path_grows_from_the_inside_out():
    error = SpecError("bad", "name").under("optimizer").under("models[2]")
    assert str(error) == "models[2].optimizer.name: bad"


def test_index_joins_without_a_dot():
    assert str(SpecError("bad", "[1]").under("metrics")) == "metrics[1]: bad"


def test_survives_pickling_between_processes():
    error = pickle.loads(pickle.dumps(SpecError("bad", "here")))
    assert (error.problem, error.path) == ("bad", "here")


def test_nearest_name_or_all_of_them():
    assert did_you_mean("cobila", ["aqgd", "cobyla"]) == " (did you mean 'cobyla'?)"
    assert did_you_mean("zz9", ["aqgd", "cobyla"]) == " (allowed: aqgd, cobyla)"
