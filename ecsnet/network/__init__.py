"""The typed network, its readers, routing."""
