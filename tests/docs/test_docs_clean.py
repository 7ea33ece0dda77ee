"""What is published names no machine of ours and no package host: it installs from wherever the reader's pip does."""

from __future__ import annotations

import re

from doc_pages import ROOT, tracked

HOSTS = (b"py" + b"pi.org", b"python" + b"hosted")
OF_A_MACHINE = re.compile(rb"(?<![\w.~-])/(?:ro" + rb"ot|wo" + rb"rk)/")
"""A path from the top of a disk; `service/work/` and the like are paths of the project."""


def test_no_tracked_file_names_a_path_of_a_machine_or_a_package_host() -> None:
    found = {}
    for path in tracked():
        held = path.read_bytes() if path.is_file() else b""
        faults = [host for host in HOSTS if host in held] + OF_A_MACHINE.findall(held)
        if faults:
            found[str(path.relative_to(ROOT))] = faults
    assert not found


def test_the_search_would_find_what_it_looks_for() -> None:
    assert OF_A_MACHINE.search(b"cd /ro" + b"ot/x")
    assert OF_A_MACHINE.search(b"'/wo" + b"rk/x'")
    assert not OF_A_MACHINE.search(b"service/wo" + b"rk/tasks.py")


def test_the_search_looks_at_the_lock_files_too() -> None:
    names = {path.name for path in tracked()}
    assert {"requirements.lock", "requirements-dev.lock", "pyproject.toml", "README.md"} <= names
