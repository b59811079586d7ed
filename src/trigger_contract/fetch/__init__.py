"""Published pages brought up to date from their URLs."""

from trigger_contract.fetch.addresses import UrlMap, parse_url_map
from trigger_contract.fetch.download import Limits
from trigger_contract.fetch.refresh import Outcome, Status, refresh
from trigger_contract.fetch.sources import Source, read_sources, select

__all__ = [
    "Limits",
    "Outcome",
    "Source",
    "Status",
    "UrlMap",
    "parse_url_map",
    "read_sources",
    "refresh",
    "select",
]
