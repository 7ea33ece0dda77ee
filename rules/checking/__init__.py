"""From what was written to what is meant: names, kinds, codes, and every error at once."""
