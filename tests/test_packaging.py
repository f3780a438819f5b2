"""What is in the package that people install."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parent.parent
DATA = {".html", ".txt", ".svg", ".css", ".js", ".json", ".png", ".ico"}


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in the wheel, built as ``pip install .`` builds it."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    # From a copy of what is committed or about to be: building in place leaves folders behind.
    files = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    for name in filter(None, files):
        if (ROOT / name).exists():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(source)], check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_every_module_template_and_static_file_is_installed(contents: set[str]):
    needed = {
        str(file.relative_to(ROOT))
        for package in ("api", "oncall", "rotations")
        for file in (ROOT / package).rglob("*")
        if file.suffix == ".py" or (file.suffix in DATA and {"templates", "static"} & {*file.parts})
    }

    assert "oncall/migrations/0001_heartbeat.py" in needed
    assert needed - contents == set()


def test_neither_tests_nor_anything_else_is_installed(contents: set[str]):
    tops = {name.partition("/")[0] for name in contents}

    assert tops == {"api", "oncall", "rotations", "oncall-0.1.0.dist-info"}


def test_the_licence_travels_along(contents: set[str]):
    assert "oncall-0.1.0.dist-info/licenses/LICENSE" in contents
