"""Telling people: notifications and their outbox, the morning digest, the sender, and what became of it all."""
