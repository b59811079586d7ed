"""Contradictions inside the draft: words against schemas, examples against both, places against places."""
