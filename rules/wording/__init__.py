"""What is meant in Chinese: a rule as an official reads it, and why one record matches or does not."""
