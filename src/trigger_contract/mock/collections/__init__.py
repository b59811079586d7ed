"""Every operation alive, by form: items of the document's resources, listed, read, written and acted on."""
