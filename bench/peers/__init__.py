"""The six reference rules by other people's rule engines, on the same records, in the same run (`make peers`).

    records              the records as an engine that judges one at a time wants them, fetched in batches by plain sqlite3
    bounds               every date and number the rules compare with, worked out before
    cel                  cel-python, and the Rust binding common-expression-language
    zen_expressions, rule_engine_rules, json_rules, business_variables      one engine each
    columns              the same by numpy, a column at a time
    ours                 the compiled rules, with and without findings, on SQLite and PostgreSQL
    race                 who runs when, what is measured, and that everybody's matches are the same
    table                the figures for people, and as the table of README.md

The engines are installed by `make peers` alone (extra `bench`); nothing else of the project imports them.
"""
