"""The rule language: from text to verdicts over records that it knows only through a catalogue.

    document = load(text, file="rule.yaml")            # what was written; RuleErrors with all that is wrong
    rule = check(document, catalogue, parameters)      # what it means, held against the catalogue
    statement = verdicts(rule, catalogue, moment, dialect="sqlite")   # everyone, answered by the database
    judgement = judge(rule, record, moment)            # one record, with the reason

Passes, one a module: parse → check → normalise → lower → emit.
"""

from rules.asking import Missing, Outcome
from rules.catalogue import Catalogue, Entity, Extension, Field, Relation, read
from rules.check import CheckedRule, check, unverified
from rules.clauses import Clause, Fact, Used
from rules.documents import RuleDocument, load
from rules.errors import CannotEvaluate, RuleError, RuleErrors
from rules.examples import ExampleResult, run_examples
from rules.explain import Judge, Judgement, Line, judge
from rules.moment import Moment
from rules.packs import LIBRARY, Pack, check_pack, load_pack, read_text
from rules.parameters import Parameters, load_parameters
from rules.paraphrase import paraphrase
from rules.parser import parse
from rules.refusals import Nearest
from rules.regions import Region
from rules.verdicts import applying, verdicts

__all__ = [
    "LIBRARY",
    "CannotEvaluate",
    "Catalogue",
    "CheckedRule",
    "Clause",
    "Entity",
    "ExampleResult",
    "Extension",
    "Fact",
    "Field",
    "Judge",
    "Judgement",
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
    "judge",
    "load",
    "load_pack",
    "load_parameters",
    "paraphrase",
    "parse",
    "read",
    "read_text",
    "run_examples",
    "unverified",
    "verdicts",
]
