"""Push channels: each sends one message to one address and says truthfully what became of it."""
