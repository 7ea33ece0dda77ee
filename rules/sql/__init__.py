"""From what is meant to one SQL statement."""
