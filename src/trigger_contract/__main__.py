"""``python -m trigger_contract``."""

from trigger_contract.cli import main

main()
