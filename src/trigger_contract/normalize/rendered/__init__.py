"""Pages copied as rendered text: evidence of what they show, never of what they leave out."""
