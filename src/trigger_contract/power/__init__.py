"""How much the contract suite would catch on an API: its mock with one fault at a time, judged.

Joins two rooms, as ``regenerate`` does: ``mock`` plants, ``contract`` judges, both inside this process.
"""
