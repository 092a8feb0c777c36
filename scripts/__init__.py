"""What is made from the rest of the repository."""
