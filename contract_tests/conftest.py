"""Makes the laws run under pytest; the options are those of `trigger-contract test`."""

pytest_plugins = ["trigger_contract.contract.plugin"]
