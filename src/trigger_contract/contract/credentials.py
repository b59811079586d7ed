"""Keys: which operation takes which, and every wrong form of each."""

from __future__ import annotations

import base64
import binascii
import os
import re
import subprocess
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trigger_contract.contract.redaction import Redactor
from trigger_contract.contract.settings import Settings
from trigger_contract.contract.subjects import Contract, Subject
from trigger_contract.document.operations import Operation, operations
from trigger_contract.document.security import Requirement, Scheme, requirements
from trigger_contract.document.urls import split_url
from trigger_contract.errors import UserError

SECRET, PUBLIC, OTHER = "TRIGGER_SECRET_KEY", "TRIGGER_PUBLIC_KEY", "RECOUP_API_KEY"
_UNKNOWN = "0" * 12 + "UnknownKey"
_OPTION_OF = {SECRET: "--token", PUBLIC: "--public-token", OTHER: "--recoup-token"}
_COMMAND_SECONDS = 60


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


def option_of(variable: str) -> str:
    """Return the option that gives a key."""
    return _OPTION_OF.get(variable, f"--key {variable}")


@dataclass(frozen=True)
class _Key:
    """A key that was given: where it is kept, and what it is."""

    variable: str
    value: str = field(repr=False)
    is_field: bool = False
    """Whether it is the whole value of a field, with the word of its scheme."""


class Credentials:
    """Knows the keys of one run.

    Args:
        contract: The contract.
        settings: Where the keys are.
        redactor: Told about every key before it is sent.

    Raises:
        UserError: The command that gives the key fails, or an operation asks for a scheme that is not there.
    """

    def __init__(self, contract: Contract, settings: Settings, redactor: Redactor) -> None:
        self._redactor = redactor
        self._command = settings.token_command
        self._lock = threading.Lock()
        self._preferred: dict[str, str] = {}
        self._ways: dict[str, tuple[Credential, ...]] = {}
        self._variables = _variables(contract.document)
        self._needs = {
            item.name: requirements(contract.document, item.operation)
            for item in (*contract.subjects, *contract.writing)
        }
        self._tokens = {
            SECRET: settings.token or (self._asked() if self._command else None),
            PUBLIC: settings.public_token,
            OTHER: settings.recoup_token,
        }
        self._named = dict(text.split("=", 1) for text in settings.key)
        pairs = [text.split(":", 1) for text in settings.header]
        self._fields = {name.strip().lower(): value.strip() for name, value in pairs}
        self._cookies = dict(text.split("=", 1) for text in settings.cookie)
        for variable, token in self._tokens.items():
            if token:
                redactor.register(token, f"${variable}")
        for name, value in (*self._named.items(), *self._fields.items(), *self._cookies.items()):
            redactor.register(value, f"${_variable_name(name)}")
        taken = {scheme.parameter.lower() for scheme in self._schemes()}
        cookies = [f"{name}={value}" for name, value in self._cookies.items() if name.lower() not in taken]
        self.extra = tuple((name, value) for name, value in self._fields.items() if name not in taken)
        self.extra += (("cookie", "; ".join(cookies)),) if cookies else ()

    def _schemes(self) -> list[Scheme]:
        return [scheme for need in self._needs.values() for item in need for scheme in item.schemes]

    def _asked(self) -> str:
        """Run the command that gives a fresh token."""
        assert self._command is not None
        try:
            done = subprocess.run(
                self._command,
                shell=True,
                capture_output=True,
                text=True,
                timeout=_COMMAND_SECONDS,
                check=True,
            )
        except subprocess.CalledProcessError as error:
            raise UserError(f"ends with {error.returncode}", source="--token-command") from None
        except subprocess.TimeoutExpired:
            raise UserError(f"does not end within {_COMMAND_SECONDS} s", source="--token-command") from None
        token = done.stdout.strip()
        if not token or not token.isascii() or not token.isprintable():
            raise UserError("prints no token that a header may hold", source="--token-command")
        self._redactor.register(token, f"${SECRET}")
        return token

    def renew(self, old: Credential) -> bool:
        """Ask for a fresh token where a command gives one.

        Args:
            old: The credential that is refused; where it is not the newest any more, nothing is asked for.
        """
        if not self._command or old.variable != SECRET:
            return False
        with self._lock:
            if any(old in ways for ways in self._ways.values()):
                self._tokens[SECRET] = self._asked()
                self._ways.clear()
        return True

    def needed(self, subject: Subject) -> tuple[str, ...]:
        """Return the variables of the keys an operation takes, in the document's order."""
        names = [self._variable(scheme) for item in self._needs[subject.name] for scheme in item.schemes]
        return tuple(dict.fromkeys(names))

    def missing(self, subject: Subject) -> tuple[str, ...]:
        """Return the options that would give what an operation needs; none where it can be asked."""
        if self.full(subject) or not self._needs[subject.name]:
            return ()
        wanted = [item for item in self._needs[subject.name] if not _is_public(item)]
        if not wanted:
            return ()
        best = min(wanted, key=lambda item: len(item.schemes) - len(self._parts(item)))
        found: list[str] = []
        used: set[str] = set()
        for scheme in best.schemes:
            key = self._key(scheme, used)
            if key is not None:
                used.add(key.variable)
            elif len(best.schemes) == 1 and self._variable(scheme) in _OPTION_OF:
                found.append(option_of(self._variable(scheme)))
            else:
                is_named = scheme.kind in ("header", "query", "cookie")
                found.append(f"--key {scheme.parameter if is_named else scheme.name}=VALUE")
        return tuple(found)

    def accepted(self, subject: Subject) -> tuple[Credential, ...]:
        """Return one credential for each way in that the document names and a key was given for."""
        if subject.name not in self._ways:
            found = []
            for requirement in self._needs[subject.name]:
                parts = self._parts(requirement)
                if len(parts) == len(requirement.schemes):
                    found.append(_joined(parts) if parts else ANONYMOUS)
            self._ways[subject.name] = tuple(found)
        return self._ways[subject.name]

    def _parts(self, requirement: Requirement) -> list[Credential]:
        """Return what is given of what is needed together; one key opens no two schemes of these."""
        parts: list[Credential] = []
        for scheme in requirement.schemes:
            key = self._key(scheme, {part.variable for part in parts})
            if scheme.kind == "mutualTLS":
                parts.append(Credential(f"the {scheme.name}"))
            elif key is not None:
                parts.append(
                    self._carry(
                        scheme,
                        key.value,
                        f"${_variable_name(key.variable)}",
                        f"the {scheme.name}",
                        key.variable,
                        is_field=key.is_field,
                    )
                )
        return parts

    def _key(self, scheme: Scheme, used: set[str]) -> _Key | None:
        """Return the key for a scheme: its own by name, by its field, else the one of its service."""
        for name in (scheme.name, scheme.parameter):
            for known, value in self._named.items():
                if known.lower() == name.lower() and name:
                    return _Key(known, value)
            if name and (value := os.environ.get(f"CONTRACT_KEY_{_variable_name(name)}", "")):
                self._redactor.register(value, f"$CONTRACT_KEY_{_variable_name(name)}")
                return _Key(f"CONTRACT_KEY_{_variable_name(name)}", value)
        if scheme.kind == "cookie" and scheme.parameter in self._cookies:
            return _Key(scheme.parameter, self._cookies[scheme.parameter])
        if scheme.kind not in ("cookie", "query") and scheme.parameter.lower() in self._fields:
            return _Key(scheme.parameter, self._fields[scheme.parameter.lower()], is_field=True)
        variable = self._variable(scheme)
        token = self._tokens.get(variable)
        return _Key(variable, token) if token and variable not in used else None

    def _variable(self, scheme: Scheme) -> str:
        return self._variables.get(scheme.name, SECRET)

    def main(self, subject: Subject) -> Credential | None:
        """Return the credential that reads everything; None where its key was not given."""
        ways = self.full(subject)
        wanted = self._preferred.get(subject.name)
        if not self._needs[subject.name]:
            return ANONYMOUS
        return next((item for item in ways if item.label == wanted), next(iter(ways), None))

    def full(self, subject: Subject) -> tuple[Credential, ...]:
        """Return each way in that reads everything."""
        return tuple(item for item in self.accepted(subject) if item.variable != PUBLIC)

    def prefer(self, subject: Subject, credential: Credential) -> None:
        """Read everything with this credential from now on, where another form of the key is refused."""
        self._preferred[subject.name] = credential.label

    def is_open(self, subject: Subject) -> bool:
        """Whether an operation lets everybody in."""
        needs = self._needs[subject.name]
        return not needs or any(item.is_open for item in needs)

    def public(self, subject: Subject) -> Credential | None:
        """Return the public key's credential where the operation takes one and it was given."""
        return next((item for item in self.accepted(subject) if item.variable == PUBLIC), None)

    def wrong(self, subject: Subject) -> tuple[Credential, ...]:
        """Return credentials that must be refused: no key, a wrong scheme, unknown and almost right keys."""
        if self.is_open(subject):
            return ()
        found: list[Credential] = [ANONYMOUS]
        schemes = {scheme.name: scheme for item in self._needs[subject.name] for scheme in item.schemes}
        for scheme in schemes.values():
            key = self._key(scheme, set())
            variable = key.variable if key else self._variable(scheme)
            if self._variable(scheme) == PUBLIC or scheme.kind == "mutualTLS":
                continue
            value = key.value if key else None
            found += self._wrong_keys(scheme, variable, value, is_field=key is not None and key.is_field)
            if scheme.parameter == "Authorization" and scheme.kind != "header":
                found += self._wrong_schemes(scheme, variable, value)
        found += self._foreign(subject)
        right = {item.headers + item.query for item in self.accepted(subject)}
        unique = {item.headers + item.query: item for item in found}
        return tuple(item for sent, item in unique.items() if sent not in right)

    def _wrong_keys(
        self, scheme: Scheme, variable: str, token: str | None, *, is_field: bool = False
    ) -> list[Credential]:
        if token and scheme.kind == "basic":
            # What is encoded must be wrong, not its encoding: padding and last bits may mean nothing.
            token = _pair(token)
        name = _variable_name(variable)
        stem = token.rpartition("_")[0] + "_" if token and "_" in token else ""
        unknown = stem + _UNKNOWN
        masked = f"${{{name}%_*}}_{_UNKNOWN}" if stem else unknown
        forms = [(unknown, masked, "an unknown key"), ("", "", "an empty key")]
        if token and len(token) > 4:
            forms += [
                (token[:-1], f"${{{name}%?}}", "the key without its last character"),
                (token + "x", f"${{{name}}}x", "the key with a character more"),
                (token.swapcase(), f"$(echo ${name} | tr a-zA-Z A-Za-z)", "the key in the other case"),
            ]
            if stem and stem != token:
                forms.append((stem, f"${{{name}%_*}}_", "the key's beginning alone"))
            if token.startswith("tr_"):
                # The page: a key starts with `tr_dev_`, `tr_prod`, `tr_stg`; the rest makes it this key.
                forms.append(("tr_dev_1234", "tr_dev_1234", "the key of the page's example"))
        known = {value for value in (token, *self._tokens.values(), *self._named.values()) if value}
        usable = [form for form in forms if form[0] not in known]
        return [self._carry(scheme, key, shown, label, "", is_field=is_field) for key, shown, label in usable]

    def _wrong_schemes(self, scheme: Scheme, variable: str, token: str | None) -> list[Credential]:
        name = _variable_name(variable)
        key, shown = (token, f"${name}") if token else ("unknown", "unknown")
        basic = base64.b64encode(f"{key}:".encode()).decode()
        word = scheme.prefix.strip()
        if scheme.kind == "basic":
            key, shown = self._encoded(_pair(key), shown)
        forms = [
            (f"Basic {basic}", f"Basic $(printf %s {shown}: | base64 -w0)", "the key under Basic"),
            (f"Token {key}", f"Token {shown}", "the key under an unknown scheme"),
            (key, shown, "the key without a scheme"),
            (f"{word}{key}", f"{word}{shown}", "the key glued to its scheme"),
        ]
        if scheme.kind == "basic":
            forms = forms[1:]
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
        scheme = self._needs[subject.name][0].schemes[0]
        return [self._carry(scheme, token, f"${PUBLIC}", "a public key", "")]

    def _encoded(self, pair: str, shown: str) -> tuple[str, str]:
        """Return a pair as Basic sends it, and how that is shown. Source: RFC 7617, section 2."""
        encoded = base64.b64encode(pair.encode()).decode()
        masked = f"$(printf %s {shown} | base64 -w0)"
        self._redactor.register(encoded, masked)
        return encoded, masked

    def _carry(
        self, scheme: Scheme, key: str, shown: str, label: str, variable: str, *, is_field: bool = False
    ) -> Credential:
        """Put a key where its scheme says. Source: OpenAPI 3.1, Security Scheme Object."""
        self._redactor.register(key, shown)
        if scheme.kind == "query":
            return Credential(label, (), (), ((scheme.parameter, key),), variable)
        if scheme.kind == "basic" and key and not is_field:
            if ":" in _pair(key):
                self._redactor.register(_pair(key).partition(":")[2], f"{shown}#*:")
            key, shown = self._encoded(_pair(key), shown)
        if scheme.kind == "cookie":
            name, prefix = "Cookie", f"{scheme.parameter}="
        else:
            name, prefix = scheme.parameter or "Authorization", "" if is_field else scheme.prefix
        # A field value cannot end in a space (RFC 9110, section 5.5): an empty key leaves the scheme alone.
        sent, masked = (prefix + key).strip(), (prefix + shown).strip()
        return Credential(label, ((name, sent),), ((name, masked),), (), variable)


def _pair(token: str) -> str:
    """Return user and password: given as such, or encoded already; a key alone is a user without password."""
    if ":" in token:
        return token
    try:
        decoded = base64.b64decode(token, validate=True).decode()
    except (binascii.Error, ValueError):
        return token + ":"
    return decoded if ":" in decoded else token + ":"


def _is_public(requirement: Requirement) -> bool:
    return any("public" in scheme.name.lower() for scheme in requirement.schemes)


def _variable_name(name: str) -> str:
    return re.sub(r"\W+", "_", name).strip("_").upper()


def _joined(parts: list[Credential]) -> Credential:
    return Credential(
        " and ".join(part.label for part in parts),
        tuple(field for part in parts for field in part.headers),
        tuple(field for part in parts for field in part.shown),
        tuple(pair for part in parts for pair in part.query),
        next((part.variable for part in parts if part.variable), ""),
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
