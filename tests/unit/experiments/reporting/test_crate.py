"""A run that was packed is described by the rules of RO-Crate, and is the same run elsewhere."""

from __future__ import annotations

import email.message
import hashlib
import io
import json
import urllib.request
import urllib.response
import zipfile
from pathlib import Path
from urllib.parse import unquote

import pytest
from typer.testing import CliRunner

from experiments import Run, Study
from experiments.commands.cli import app
from experiments.reporting.export import FORMS
from qml.errors import SpecError, StoreError

VALUES = {
    "name": "packed",
    "datasets": [{"name": "moons", "label": "moons <b> & ü", "n_samples": 40}],
    "models": ["svc", {"name": "dummy", "label": "=1+1"}],
    "protocol": {"folds": 2, "repeats": 1},
}
crate = FORMS.load("crate")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packed") / "here"
    run = Study.from_dict(VALUES).run(jobs=1, out=folder)
    (folder / "a name#1.txt").write_text("a note of the user's")
    return run


def said(*words):
    done = CliRunner().invoke(app, [*map(str, words)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("name", ["there", "there.zip"])
def test_a_packed_run_is_the_same_run_elsewhere(run, tmp_path, name):
    said("export", run.folder, "crate", tmp_path / name)
    there = tmp_path / name
    if name.endswith(".zip"):
        there = tmp_path / "unpacked"
        with zipfile.ZipFile(tmp_path / name) as archive:
            archive.extractall(there)
    table, cells = said("table", run.folder), run.cells()
    run.folder.rename(run.folder.with_name("gone"))
    try:
        assert said("table", there) == table
        assert "lost" not in said("verify", there)
        said("report", there)
        assert (there / "report.html").is_file()
        assert Run(there).cells().equals(cells)
    finally:
        run.folder.with_name("gone").rename(run.folder)


def test_the_description_holds_to_the_rules_and_every_file_is_as_it_says(run, tmp_path):
    list(crate(run.results(), run.folder, str(tmp_path / "there")))
    described = json.loads((tmp_path / "there" / "ro-crate-metadata.json").read_text())
    assert described["@context"] == "https://w3id.org/ro/crate/1.1/context"
    things = {thing["@id"]: thing for thing in described["@graph"]}
    assert len(things) == len(described["@graph"])
    assert things["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    root, action = things["./"], things["#run"]
    assert {"name", "description", "datePublished", "license", "hasPart"} <= root.keys()
    assert action["@type"] == "CreateAction"
    parts = {part["@id"] for part in root["hasPart"]}
    files = [file for file in (tmp_path / "there").rglob("*") if file.is_file()]
    names = {file.relative_to(tmp_path / "there").as_posix() for file in files}
    assert {unquote(part) for part in parts} == names - {"ro-crate-metadata.json"}
    assert "a%20name%231.txt" in parts
    for part in parts:
        content = (tmp_path / "there" / unquote(part)).read_bytes()
        assert things[part]["sha256"] == hashlib.sha256(content).hexdigest()
        assert things[part]["contentSize"] == str(len(content))
    for thing in described["@graph"]:
        for value in thing.values():
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, dict) and not one["@id"].startswith("https:"):
                    assert one["@id"] in things
    [data] = [thing for name, thing in things.items() if name.startswith("#data-")]
    assert data["name"] == "moons <b> & ü"
    assert data["identifier"].startswith("sha256:")


def test_the_same_run_gives_the_same_archive(run, tmp_path):
    for name in ("one.zip", "two.zip"):
        list(crate(run.results(), run.folder, str(tmp_path / name)))
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["one.zip", "two.zip"]


def test_a_place_that_is_taken_or_in_the_run_is_refused(run, tmp_path):
    (tmp_path / "taken").mkdir()
    with pytest.raises(SpecError, match=r"taken is there already"):
        list(crate(run.results(), run.folder, str(tmp_path / "taken")))
    with pytest.raises(SpecError, match="lies in the run itself"):
        list(crate(run.results(), run.folder, str(run.folder / "mine.zip")))


def test_a_form_that_is_unknown_or_has_no_place_is_one_line(run):
    assert "crate" in said("export", run.folder)
    with pytest.raises(SpecError, match=r"unknown form 'crat'.*crate"):
        CliRunner().invoke(app, ["export", str(run.folder), "crat", "x"], catch_exceptions=False)
    with pytest.raises(SpecError, match="missing"):
        CliRunner().invoke(app, ["export", str(run.folder), "crate"], catch_exceptions=False)


def test_a_run_without_a_cell_is_not_packed(run, tmp_path):
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "plan.json").write_bytes((run.folder / "plan.json").read_bytes())
    with pytest.raises(StoreError, match="nothing to pack"):
        list(crate(Run(tmp_path / "bare").results(), tmp_path / "bare", str(tmp_path / "c")))
    assert not (tmp_path / "c").exists()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the validator's packages
def test_the_validator_of_ro_crate_finds_nothing_that_is_required_and_missing(
    run, tmp_path, monkeypatch
):
    """The context of JSON-LD is the copy that the package rocrate brings: no network is asked."""
    reader = pytest.importorskip("rocrate.rocrate", reason="needs the package rocrate")
    services = pytest.importorskip("rocrate_validator.services", reason="needs roc-validator")
    context = Path(reader.__file__).parent / "data" / "ro-crate.jsonld"

    class Offline(urllib.request.HTTPSHandler):
        def https_open(self, req):
            assert req.full_url == "https://w3id.org/ro/crate/1.1/context"
            said = email.message.Message()
            said["Content-Type"] = "application/ld+json"
            body = io.BytesIO(context.read_bytes())
            answer = urllib.response.addinfourl(body, said, req.full_url, 200)
            answer.msg = "OK"
            return answer

    opener = urllib.request.build_opener(Offline)
    monkeypatch.setattr(urllib.request, "_opener", opener)
    list(crate(run.results(), run.folder, str(tmp_path / "there")))

    def issues():
        found = services.validate(
            services.ValidationSettings(
                rocrate_uri=str(tmp_path / "there"),
                profile_identifier="process-run-crate",
                skip_availability_check=True,
                skip_checks=["ro-crate-1.1_3.1", "ro-crate-1.1_3.2"],  # of the network's answer
            )
        )
        return [issue.message for issue in found.get_issues()]

    assert issues() == []
    assert reader.ROCrate(tmp_path / "there").name == "packed"
    described = tmp_path / "there" / "ro-crate-metadata.json"
    described.write_text(described.read_text().replace('"datePublished"', '"dateForgotten"'))
    assert issues() != []
