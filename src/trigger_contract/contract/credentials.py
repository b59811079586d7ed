"""Keys: which operation takes which, and every wrong form of each."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trigger_contract.contract.redaction import Redactor
from trigger_contract.contract.settings import Settings
from trigger_contract.contract.subjects import Contract, Subject
from trigger_contract.document.operations import Operation, operations, security_scheme
from trigger_contract.document.urls import split_url

SECRET, PUBLIC, OTHER = "TRIGGER_SECRET_KEY", "TRIGGER_PUBLIC_KEY", "RECOUP_API_KEY"
_UNKNOWN = "0" * 12 + "UnknownKey"
OPTION_OF = {SECRET: "--token", PUBLIC: "--public-token", OTHER: "--recoup-token"}


@dataclass(frozen=True)
class Credential:
    """What a request carries to be let in, or not to be.

    Attributes:
        label: What it is, in a few words.
        headers: Header fields as sent.
        shown: The same with the secret replaced by its variable.
        query: Query pairs as sent, for keys that travel there.
        variable: The variable whose key it carries, or empty.
    """

    label: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    shown: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    variable: str = ""


ANONYMOUS = Credential("no key")


class Credentials:
    """Knows the keys of one run.

    Args:
        contract: The contract.
        settings: Where the keys are.
        redactor: Told about every key before it is sent.
    """

    def __init__(self, contract: Contract, settings: Settings, redactor: Redactor) -> None:
        self._document = contract.document
        self._redactor = redactor
        self._preferred: dict[str, Credential] = {}
        self._variables = _variables(contract.document)
        self._tokens = {
            SECRET: settings.token,
            PUBLIC: settings.public_token,
            OTHER: settings.recoup_token,
        }
        for variable, token in self._tokens.items():
            if token:
                redactor.register(token, f"${variable}")

    def variable(self, scheme: str) -> str:
        """Return the variable that holds the key of a security scheme."""
        return self._variables.get(scheme, SECRET)

    def needed(self, subject: Subject) -> tuple[str, ...]:
        """Return the variables of the keys an operation takes, in the document's order."""
        names = [self.variable(name) for item in subject.operation.security for name in item]
        return tuple(dict.fromkeys(names))

    def accepted(self, subject: Subject) -> tuple[Credential, ...]:
        """Return one credential for each way in that the document names and a key was given for."""
        found = []
        for alternative in subject.operation.security:
            parts = []
            for name in alternative:
                variable = self.variable(name)
                if token := self._tokens.get(variable):
                    parts.append(self._carry(name, token, f"${variable}", f"the {name}", variable))
            if len(parts) == len(alternative):
                found.append(_joined(parts) if parts else ANONYMOUS)
        return tuple(found)

    def main(self, subject: Subject) -> Credential | None:
        """Return the credential that reads everything; None where its key was not given."""
        if subject.name in self._preferred:
            return self._preferred[subject.name]
        if not subject.operation.security:
            return ANONYMOUS
        return next(iter(self.full(subject)), None)

    def full(self, subject: Subject) -> tuple[Credential, ...]:
        """Return each way in that reads everything."""
        return tuple(item for item in self.accepted(subject) if item.variable != PUBLIC)

    def prefer(self, subject: Subject, credential: Credential) -> None:
        """Read everything with this credential from now on, where another form of the key is refused."""
        self._preferred[subject.name] = credential

    def public(self, subject: Subject) -> Credential | None:
        """Return the public key's credential where the operation takes one and it was given."""
        return next((item for item in self.accepted(subject) if item.variable == PUBLIC), None)

    def wrong(self, subject: Subject) -> tuple[Credential, ...]:
        """Return credentials that must be refused: no key, a wrong scheme, unknown and almost right keys."""
        if not subject.operation.security or any(not item for item in subject.operation.security):
            return ()
        found: list[Credential] = [ANONYMOUS]
        for name in dict.fromkeys(name for item in subject.operation.security for name in item):
            variable = self.variable(name)
            if variable == PUBLIC:
                continue
            token = self._tokens.get(variable)
            found += self._wrong_keys(name, variable, token)
            scheme = security_scheme(self._document, name)
            if scheme["type"] in ("http", "oauth2", "openIdConnect"):
                found += self._wrong_schemes(variable, token)
        found += self._foreign(subject)
        unique = {item.headers + item.query: item for item in found}
        return tuple(unique.values())

    def _wrong_keys(self, name: str, variable: str, token: str | None) -> list[Credential]:
        stem = token.rpartition("_")[0] + "_" if token and "_" in token else ""
        unknown = stem + _UNKNOWN
        masked = f"${{{variable}%_*}}_{_UNKNOWN}" if stem else unknown
        forms = [(unknown, masked, "an unknown key"), ("", "", "an empty key")]
        if token and len(token) > 4:
            forms += [
                (token[:-1], f"${{{variable}%?}}", "the key without its last character"),
                (token + "x", f"${{{variable}}}x", "the key with a character more"),
                (token.swapcase(), f"$(echo ${variable} | tr a-zA-Z A-Za-z)", "the key in the other case"),
            ]
            if stem and stem != token:
                forms.append((stem, f"${{{variable}%_*}}_", "the key's beginning alone"))
            if token.startswith("tr_"):
                # The page: a key starts with `tr_dev_`, `tr_prod`, `tr_stg`; the rest makes it this key.
                forms.append(("tr_dev_1234", "tr_dev_1234", "the key of the page's example"))
        usable = [form for form in forms if form[0] != token and form[0] not in self._tokens.values()]
        return [self._carry(name, key, shown, label, "") for key, shown, label in usable]

    def _wrong_schemes(self, variable: str, token: str | None) -> list[Credential]:
        key, shown = (token, f"${variable}") if token else ("unknown", "unknown")
        basic = base64.b64encode(f"{key}:".encode()).decode()
        forms = [
            (f"Basic {basic}", f"Basic $(printf %s {shown}: | base64 -w0)", "the key under Basic"),
            (f"Token {key}", f"Token {shown}", "the key under an unknown scheme"),
            (key, shown, "the key without a scheme"),
            (f"Bearer{key}", f"Bearer{shown}", "the key glued to its scheme"),
        ]
        self._redactor.register(basic, f"$(printf %s {shown}: | base64)")
        return [
            Credential(label, (("Authorization", value),), (("Authorization", masked),))
            for value, masked, label in forms
        ]

    def _foreign(self, subject: Subject) -> list[Credential]:
        """The keys the operation does not take, sent the way it takes its own."""
        taken = {self._tokens.get(variable) for variable in self.needed(subject)}
        token = self._tokens[PUBLIC]
        if not token or token in taken or SECRET not in self.needed(subject):
            return []
        name = next(iter(subject.operation.security[0]))
        return [self._carry(name, token, f"${PUBLIC}", "a public key", "")]

    def _carry(self, scheme_name: str, key: str, shown: str, label: str, variable: str) -> Credential:
        """Put a key where its scheme says. Source: OpenAPI 3.1, Security Scheme Object."""
        self._redactor.register(key, shown)
        scheme = security_scheme(self._document, scheme_name)
        if scheme["type"] == "apiKey" and scheme["in"] == "query":
            return Credential(label, (), (), ((scheme["name"], key),), variable)
        if scheme["type"] == "apiKey":
            name = "Cookie" if scheme["in"] == "cookie" else scheme["name"]
            prefix = f"{scheme['name']}=" if scheme["in"] == "cookie" else ""
        else:
            name = "Authorization"
            prefix = "Basic " if scheme.get("scheme", "").lower() == "basic" else "Bearer "
        # A field value cannot end in a space (RFC 9110, section 5.5): an empty key leaves the scheme alone.
        sent, masked = (prefix + key).strip(), (prefix + shown).strip()
        return Credential(label, ((name, sent),), ((name, masked),), (), variable)


def _joined(parts: list[Credential]) -> Credential:
    return Credential(
        " and ".join(part.label for part in parts),
        tuple(field for part in parts for field in part.headers),
        tuple(field for part in parts for field in part.shown),
        tuple(pair for part in parts for pair in part.query),
        parts[0].variable,
    )


def _variables(document: Mapping[str, Any]) -> dict[str, str]:
    """Tell which key each security scheme takes.

    A scheme called public takes the public key. Schemes of operations on another host than most belong to
    another service and take its key.
    """
    hosts = [(operation, _host(operation)) for operation in operations(document)]
    counted = Counter(host for _, host in hosts if host)
    home = counted.most_common(1)[0][0] if counted else ""
    variables: dict[str, str] = {}
    for operation, host in hosts:
        for name in [name for item in operation.security for name in item]:
            if "public" in name.lower():
                variables[name] = PUBLIC
            else:
                variables.setdefault(name, OTHER if host and home and host != home else SECRET)
    return variables


def _host(operation: Operation) -> str:
    return split_url(operation.servers[0]).hostname or "" if operation.servers else ""
