"""Which credentials open an operation, whatever their schemes are called.

Source: OpenAPI 3.1.0, Security Scheme Object and Security Requirement Object: the requirements of an
operation are alternatives, the schemes of one requirement are needed together, an empty requirement makes
the operation open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from trigger_contract.document.operations import Operation
from trigger_contract.document.references import resolve
from trigger_contract.errors import UserError

Kind = Literal[
    "bearer", "basic", "header", "query", "cookie", "oauth2", "openIdConnect", "mutualTLS", "other"
]

AUTHORIZATION = "Authorization"


@dataclass(frozen=True)
class Scheme:
    """One way to show who asks.

    Attributes:
        name: What the document calls it.
        kind: What is sent: a token (``bearer``, ``oauth2``, ``openIdConnect``), a name and a password
            (``basic``), a key in a ``header``, a ``query`` or a ``cookie``, a certificate (``mutualTLS``).
        parameter: The header, query name or cookie that it is sent in; empty for a certificate.
        prefix: What stands before the credential there, ``"Bearer "``, ``"Basic "`` or nothing.
        description: What the document says about it.
    """

    name: str
    kind: Kind
    parameter: str
    prefix: str
    description: str = ""


@dataclass(frozen=True)
class Requirement:
    """What is needed together to be let in; without any scheme, nothing is."""

    schemes: tuple[Scheme, ...]

    @property
    def is_open(self) -> bool:
        """Whether nobody is asked who they are."""
        return not self.schemes


def schemes(document: Mapping[str, Any]) -> dict[str, Scheme]:
    """Return all schemes that a document declares, by name."""
    declared = (document.get("components") or {}).get("securitySchemes") or {}
    return {name: _scheme(name, resolve(document, raw)) for name, raw in declared.items()}


def requirements(document: Mapping[str, Any], operation: Operation) -> tuple[Requirement, ...]:
    """Return the alternatives that open an operation; none where the document asks for nothing.

    Raises:
        UserError: A requirement names a scheme that the document does not declare.
    """
    known = schemes(document)
    found = []
    for alternative in operation.security:
        for name in alternative:
            if name not in known:
                raise UserError(
                    f"{operation.operation_id} asks for the security scheme {name!r}, which is not in"
                    " components/securitySchemes; add it there or correct the name",
                    source=getattr(alternative, "source", None),
                    line=getattr(alternative, "lines", {}).get(name),
                )
        found.append(Requirement(tuple(known[name] for name in alternative)))
    return tuple(found)


def _scheme(name: str, raw: Any) -> Scheme:
    scheme = raw if isinstance(raw, Mapping) else {}
    text = str(scheme.get("description") or "")
    kind = scheme.get("type")
    if kind == "apiKey" and scheme.get("in") in ("header", "query", "cookie"):
        return Scheme(name, scheme["in"], str(scheme.get("name", "")), "", text)
    if kind in ("oauth2", "openIdConnect"):
        return Scheme(name, kind, AUTHORIZATION, "Bearer ", text)
    if kind == "mutualTLS":
        return Scheme(name, "mutualTLS", "", "", text)
    if kind != "http":
        return Scheme(name, "other", "", "", text)
    word = str(scheme.get("scheme", ""))
    if word.lower() in ("bearer", "basic"):  # RFC 9110, section 11.1: the word's case means nothing
        lower: Literal["bearer", "basic"] = "bearer" if word.lower() == "bearer" else "basic"
        return Scheme(name, lower, AUTHORIZATION, f"{lower.capitalize()} ", text)
    return Scheme(name, "other", AUTHORIZATION, f"{word} " if word else "", text)
