"""From findings to visits: one open task per household, resident or enterprise, assigned, planned, and settled."""
