"""What is found out about a document once and remembered, by the document itself and not by its content."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

_DOCUMENTS = 8

Result = TypeVar("Result")


def once_per_document(
    find: Callable[[Mapping[str, Any]], Result],
) -> Callable[[Mapping[str, Any]], Result]:
    """Let a function of a document look at each document once.

    A document is not changed any more once something was found out about it. The last few are kept, so that
    a process that reads many does not hold them all.
    """
    found: OrderedDict[int, tuple[Mapping[str, Any], Result]] = OrderedDict()

    @wraps(find)
    def remembering(document: Mapping[str, Any]) -> Result:
        known = found.get(id(document))
        # The document is held beside the result, so that no other can have its identity meanwhile.
        if known is not None and known[0] is document:
            return known[1]
        result = find(document)
        found[id(document)] = (document, result)
        if len(found) > _DOCUMENTS:
            found.popitem(last=False)
        return result

    return remembering
