"""Making things, changing and removing them: what the laws of life are made of."""
