"""A rule pack: a folder of rule files and its parameters, read with every error of every file at once."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rules.catalogue import Catalogue
from rules.check import CheckedRule, check
from rules.errors import RuleError, RuleErrors
from rules.files import misfits
from rules.files.documents import RuleDocument, load
from rules.files.examples import run_examples
from rules.files.parameters import Parameters, load_parameters

PARAMETERS = "parameters.yaml"
LIBRARY = Path(__file__).parent.parent / "library"


@dataclass(frozen=True)
class Pack:
    """Documents by the file they stand in, and the parameters they may use."""

    documents: Mapping[str, RuleDocument]
    parameters: Parameters


def load_pack(folder: Path = LIBRARY, only: Collection[str] | None = None) -> Pack:
    """Read a folder; RuleErrors with every error of every file.

    `only` names the rules wanted: each stands in `<rule>.yaml`, and no other rule file is read.
    """
    found: list[RuleError] = []
    documents: dict[str, RuleDocument] = {}
    parameters = Parameters({})
    for path in _files(folder, only):
        try:
            text = read_text(path)
            if path.name == PARAMETERS:
                parameters = load_parameters(text, file=path.name)
            else:
                documents[path.name] = load(text, file=path.name)
        except RuleErrors as error:
            found += error.errors
    found += _repeated(documents)
    if found:
        raise RuleErrors(found)
    return Pack(documents, parameters)


def check_pack(pack: Pack, catalogue: Catalogue) -> dict[str, CheckedRule]:
    """Check every document and run its examples; RuleErrors with every error of every file."""
    found: list[RuleError] = []
    checked: dict[str, CheckedRule] = {}
    for document in pack.documents.values():
        try:
            rule = check(document, catalogue, pack.parameters)
        except RuleErrors as error:
            found += error.errors
            continue
        checked[document.rule] = rule
        results = run_examples(rule, catalogue, pack.parameters)
        found += [document.locate(item.within("examples")) for result in results for item in result.errors]
    if found:
        raise RuleErrors(found)
    return checked


def _files(folder: Path, only: Collection[str] | None) -> list[Path]:
    if only is None:
        return sorted(folder.glob("*.yaml"))
    wanted = [folder / f"{rule}.yaml" for rule in sorted(only)]
    absent = [path.stem for path in wanted if not path.is_file()]
    if absent:
        raise RuleErrors(misfits.no_such_rule(rule) for rule in absent)
    return [path for path in (folder / PARAMETERS, *wanted) if path.is_file()]


def read_text(path: Path) -> str:
    """Read a file as UTF-8; RuleErrors when it is not."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RuleErrors([misfits.not_utf8(path.name, error.start)]) from error


def _repeated(documents: Mapping[str, RuleDocument]) -> Iterator[RuleError]:
    seen: dict[str, str] = {}
    for file, document in documents.items():
        if document.rule in seen:
            yield misfits.duplicate_rule(document.rule, seen[document.rule]).within("rule", file)
        seen.setdefault(document.rule, file)
