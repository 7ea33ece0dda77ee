"""The rule language: from text to verdicts over records that it knows only through a catalogue.

    document = load(text, file="rule.yaml")            # what was written; RuleErrors with all that is wrong
    rule = check(document, catalogue, parameters)      # what it means, held against the catalogue
    statement = verdicts(rule, catalogue, moment, dialect="sqlite")   # everyone, answered by the database
    judgement = judge(rule, record, moment)            # one record, with the reason

Passes, one a module: parse → check → normalise → lower → emit. The rooms:

    reading    text to the tree of what was written, and back
    checking   the tree to what is meant, with every error at once
    (here)     what is meant, the catalogue it speaks of, dates, folding, and the interpreter, which is the oracle
    sql        what is meant to one statement
    wording    what is meant, and one record's verdict, in Chinese
    files      rule documents, parameters, packs and examples
    library    the rules that are shipped
"""

from rules.catalogue import Catalogue, Entity, Extension, Field, Relation, read
from rules.check import CheckedRule, check, load_and_check, unverified
from rules.dependencies import Dependency, dependencies
from rules.errors import CannotEvaluate, RuleError, RuleErrors
from rules.files.documents import RuleDocument, load
from rules.files.examples import ExampleResult, run_examples
from rules.files.packs import LIBRARY, Pack, check_pack, load_pack, read_text
from rules.files.parameters import Parameters, load_parameters
from rules.moment import Moment
from rules.question import question
from rules.reading.parser import parse
from rules.regions import Region
from rules.sql.reached import Ledger, crossing, touched
from rules.sql.verdicts import applying, verdicts
from rules.windows import EVERYONE, Everyone
from rules.wording.asking import Missing, Outcome
from rules.wording.clauses import Clause, Fact, Used
from rules.wording.explain import Judge, Judgement, Line, judge
from rules.wording.paraphrase import paraphrase
from rules.wording.refusals import Nearest

__all__ = [
    "EVERYONE",
    "LIBRARY",
    "CannotEvaluate",
    "Catalogue",
    "CheckedRule",
    "Clause",
    "Dependency",
    "Entity",
    "Everyone",
    "ExampleResult",
    "Extension",
    "Fact",
    "Field",
    "Judge",
    "Judgement",
    "Ledger",
    "Line",
    "Missing",
    "Moment",
    "Nearest",
    "Outcome",
    "Pack",
    "Parameters",
    "Region",
    "Relation",
    "RuleDocument",
    "RuleError",
    "RuleErrors",
    "Used",
    "applying",
    "check",
    "check_pack",
    "crossing",
    "dependencies",
    "judge",
    "load",
    "load_and_check",
    "load_pack",
    "load_parameters",
    "paraphrase",
    "parse",
    "question",
    "read",
    "read_text",
    "run_examples",
    "touched",
    "unverified",
    "verdicts",
]
