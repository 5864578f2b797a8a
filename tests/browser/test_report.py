"""The report in a real browser: opened from disk, sorted, filtered, typed at, judged by axe."""

from __future__ import annotations

import importlib.resources
import shutil
from pathlib import Path

import pytest

from experiments.commands import report
from experiments.reporting.page.contents import contents_of
from experiments.reporting.page.document import document
from experiments.study import Study

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.skipif(not (BROWSER and DRIVER), reason="needs chromium and chromedriver"),
    pytest.mark.timeout(180),
]
HOSTILE = "</script><img src=x onerror=window.hit=1>\"' onfocus=window.hit=1"
LONG = f"{HOSTILE} <script>window.hit=1</script><svg onload=window.hit=1>"
VALUES = {
    "name": "seen",
    "description": f"Which is better? {LONG}",
    "datasets": [
        {"name": "moons", "label": "two moons", "n_samples": [40, 80]},
        {"name": "circles", "label": HOSTILE, "n_samples": 40},
    ],
    "models": [
        "qsvc",
        {"name": "vqc", "label": "VQC", "optimizer": {"name": "adam", "maxiter": 20}},
        {"name": "svc", "label": f"SVC {HOSTILE}", "probability": True},
        {"name": "random_forest", "n_estimators": 5},
    ],
    "protocol": {"folds": 2, "repeats": 1, "seed": 1},
    "metrics": ["accuracy", "f1"],
    "controls": True,
    "figures": [
        {"name": "rows", "title": HOSTILE, "over": "n_samples", "datasets": ["two moons"]},
        {"name": "loss", "quantity": "loss", "over": "iteration", "models": ["VQC"]},
    ],
    "published": [
        {"dataset": HOSTILE, "model": "qsvc", "value": 0.9, "source": HOSTILE},
    ],
}


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("seen") / "run"
    Study.from_dict(VALUES).run(jobs=1, out=folder)
    report.report(str(folder))
    return folder / "report.html"


@pytest.fixture(scope="module")
def browser():
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1400,1000"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def page(browser, file):
    browser.get_log("browser")
    browser.get(file.as_uri())
    wait_for(browser, "return document.querySelectorAll('.chart svg').length > 2")
    return browser


def wait_for(browser, script):
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(browser, 30).until(lambda one: one.execute_script(script))


def column(page, table, place):
    script = (
        "return Array.from(document.querySelectorAll(arguments[0] + ' tbody tr'))"
        ".filter(row => !row.hidden).map(row => row.cells[arguments[1]].textContent)"
    )
    return page.execute_script(script, table, place)


def test_nothing_goes_wrong_from_disk_and_every_chart_is_drawn(page):
    charts = page.execute_script("return document.querySelectorAll('.chart').length")
    drawn = page.execute_script(
        "return Array.from(document.querySelectorAll('.chart svg'), e => e.querySelectorAll("
        "'path').length)"
    )
    assert charts == len(drawn) >= 8
    assert min(drawn) > 3
    assert page.get_log("browser") == []


@pytest.mark.reliability("S5")
def test_hostile_texts_run_nothing(page):
    assert page.execute_script("return window.hit === undefined")
    assert (
        page.execute_script("return document.querySelectorAll('img[src=x], [onfocus]').length") == 0
    )


def test_the_policy_stops_a_script_that_gets_in(browser, file, tmp_path):
    broken = file.read_text().replace("</main>", "<script>window.hit = 1</script></main>", 1)
    (tmp_path / "broken.html").write_text(broken)
    browser.get((tmp_path / "broken.html").as_uri())
    assert browser.execute_script("return window.hit === undefined")
    assert any("Content Security Policy" in line["message"] for line in browser.get_log("browser"))


def test_tables_sort_by_a_click_and_by_the_keyboard(page):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    head = page.find_elements(By.CSS_SELECTOR, "#scores-table-1 thead button")[2]
    head.click()
    scores = [float(text.split(" ")[0]) for text in column(page, "#scores-table-1", 2)]
    assert scores == sorted(scores)
    head.send_keys(Keys.ENTER)
    scores = [float(text.split(" ")[0]) for text in column(page, "#scores-table-1", 2)]
    assert scores == sorted(scores, reverse=True)
    sorts = page.execute_script("return arguments[0].parentElement.getAttribute('aria-sort')", head)
    assert sorts == "descending"


def test_a_field_chooses_rows(page):
    from selenium.webdriver.common.by import By

    field = page.find_element(By.ID, "scores-table-1-filter")
    field.send_keys("two moons | forest")
    assert set(column(page, "#scores-table-1", 1)) == {"random_forest"}
    told = page.find_element(By.ID, "scores-table-1-filter-count").text
    assert told == "2 of 12 rows"


def test_a_number_leads_to_its_cells(page):
    from selenium.webdriver.common.by import By

    number = page.find_elements(By.CSS_SELECTOR, "#scores-table-1 tbody td a")[0]
    number.click()
    assert page.execute_script("return document.querySelector('#cells details').open")
    assert set(column(page, "#cells-table-1", 2)) == {"qsvc"}
    assert len(set(column(page, "#cells-table-1", 1))) == 1


@pytest.mark.parametrize("width, theme", [(1400, "light"), (390, "dark")])
def test_axe_finds_no_fault(page, theme, width):
    page.set_window_size(width, 1000)
    page.execute_script("document.documentElement.dataset.theme = arguments[0]", theme)
    page.execute_script(
        "document.querySelectorAll('details').forEach(each => { each.open = true; });"
        "document.querySelectorAll('#cells tbody tr:nth-child(n+6)').forEach(row => row.remove());"
    )
    axe = importlib.resources.files("axe_core_python").joinpath("axe.min.js").read_text()
    page.execute_script(axe)
    page.set_script_timeout(150)
    found = page.execute_async_script(
        "axe.run({exclude: [['.chart svg']]}).then(arguments[arguments.length - 1])"
    )
    told = [(one["id"], one["nodes"][0]["html"][:200]) for one in found["violations"]]
    assert told == []
    wide = page.execute_script("return document.documentElement.scrollWidth")
    assert wide <= page.execute_script("return window.innerWidth")


def test_the_theme_changes_and_charts_with_it(page):
    from selenium.webdriver.common.by import By

    before = page.execute_script("return getComputedStyle(document.body).backgroundColor")
    page.find_element(By.ID, "theme").click()
    assert page.execute_script("return getComputedStyle(document.body).backgroundColor") != before
    wait_for(page, "return document.querySelectorAll('.chart svg').length > 2")
    assert page.get_log("browser") == []


def test_a_page_without_charts_is_one_without_their_scripts(browser, tmp_path):
    study = Study.from_dict({**VALUES, "controls": False, "figures": [], "published": []})
    run = study.run(jobs=1, out=tmp_path / "run", part=(1, 500))
    said = document(contents_of(run.results(), "1.0"), "1.0")
    file = Path(tmp_path / "early.html")
    file.write_text(said)
    browser.get(file.as_uri())
    assert browser.get_log("browser") == []
    assert len(said) < 300_000
