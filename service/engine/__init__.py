"""The rule engine at work on the records: publishing rules, scanning, reconciling findings, explaining one."""
