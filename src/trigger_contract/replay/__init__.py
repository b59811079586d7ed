"""Recorded exchanges asked again: how far a server answers as the recorded one did."""
