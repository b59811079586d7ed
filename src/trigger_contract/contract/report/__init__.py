"""What a run says: on the terminal, and as JUnit, JSON, HAR and one HTML page."""
