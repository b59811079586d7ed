"""What changed between two documents, and what it breaks for whom."""
