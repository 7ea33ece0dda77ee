"""Rules, parameters and examples as files: strict, dated, with every error of every file at once."""
