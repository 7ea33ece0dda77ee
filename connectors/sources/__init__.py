"""Record sources: each reads rows out of what an office hands over, and nothing more."""
