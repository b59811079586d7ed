"""``scripts/kill-matrix``: run the suite on every server and write what came of it."""

from mutants.matrix import main

main()
