"""Records: what comes in from files and visits, made uniform, checked, merged, and traceable to its source."""
