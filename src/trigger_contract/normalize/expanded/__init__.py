"""The expanded dialect of documentation sites: read, and completed from pages that show all."""
