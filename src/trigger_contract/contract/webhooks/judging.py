"""Holds what a service sent against what the document says it sends."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from trigger_contract.contract.citations import Citations, Pointer
from trigger_contract.contract.findings import Finding, Outcome, Tier
from trigger_contract.contract.redaction import Redactor
from trigger_contract.contract.showing import one_line
from trigger_contract.contract.universal import Breach, Judge
from trigger_contract.contract.webhooks.hooks import Hook, Sent, chosen, hooks_of, key_of
from trigger_contract.document.operations import is_json
from trigger_contract.errors import UserError

BODY, MEDIA, HEADER, KNOWN = "webhook/body", "webhook/content-type", "webhook/header", "webhook/known"
_TITLES = {
    BODY: "Every body that is sent keeps its schema",
    MEDIA: "Every body is sent in a documented content type",
    HEADER: "Every required header is sent",
    KNOWN: "Nothing is sent that the document does not describe",
}
_NOT_JSON = object()


class Webhooks:
    """Judges what a service sends, one request after the other.

    Args:
        document: The document.
        citations: Where its sentences stand.
        redactor: Takes secrets out of what is shown.

    Raises:
        UserError: The document describes nothing that is sent.
    """

    def __init__(self, document: Mapping[str, Any], citations: Citations, redactor: Redactor) -> None:
        self.hooks = hooks_of(document)
        if not self.hooks:
            raise UserError(
                "the document has neither webhooks nor callbacks", source="--webhooks or --webhook-port"
            )
        self._judge = Judge(document)
        self._citations = citations
        self._redactor = redactor
        self._outcomes = {
            (law, key_of(hook)): self._outcome(law, hook.name, hook.pointer)
            for hook in self.hooks
            for law in (BODY, MEDIA, HEADER)
        }

    def _outcome(self, law: str, name: str, pointer: Pointer) -> Outcome:
        sentence = self._citations.at(pointer).sentence
        return Outcome(law, "documented", _TITLES[law], name, sentence, reason="none was sent")

    @property
    def outcomes(self) -> list[Outcome]:
        """What came of everything so far."""
        return list(self._outcomes.values())

    def answer(self, sent: Sent) -> int:
        """Return the status with which something sent is to be answered."""
        hook, _ = self._which(sent)
        return hook.answer() if hook is not None else 200

    def take(self, sent: Sent) -> None:
        """Judge something that was sent."""
        hook, faults = self._which(sent)
        if hook is None:
            key = (KNOWN, "")
            if key not in self._outcomes:
                self._outcomes[key] = self._outcome(KNOWN, "webhooks", ("webhooks",))
            breach = Breach(
                KNOWN,
                sent.path.partition("?")[0],
                f"The document describes nothing such as {sent.method} {sent.path} is.",
                f"one of {', '.join(item.name for item in self.hooks)}",
                f"a body of {len(sent.body)} bytes",
                ("webhooks",),
                tier="derived",
            )
            self._enter(self._outcomes[key], "webhooks", [breach], sent)
            return
        for law, breaches in (
            (BODY, faults),
            (MEDIA, self._media(hook, sent)),
            (HEADER, _headers(hook, sent)),
        ):
            self._enter(self._outcomes[law, key_of(hook)], hook.name, breaches, sent)

    def _which(self, sent: Sent) -> tuple[Hook | None, list[Breach]]:
        value = _value(sent)
        faults = {key_of(hook): self._body(hook, sent, value) for hook in self.hooks}
        counts = {key: len(found) for key, found in faults.items()}
        hook = chosen(self.hooks, sent, None if value is _NOT_JSON else value, counts)
        return hook, faults[key_of(hook)] if hook is not None else []

    def _body(self, hook: Hook, sent: Sent, value: Any) -> list[Breach]:
        at: Pointer = (*hook.pointer, "requestBody")
        content = hook.body.get("content") or {}
        if not sent.body:
            return (
                [Breach(BODY, "", "It is sent without a body.", "a body", "none", at)]
                if hook.body.get("required")
                else []
            )
        media = next((name for name in content if is_json(name)), None)
        if media is None or "schema" not in content[media]:
            return []
        if value is _NOT_JSON:
            received = f"{len(sent.body)} bytes"
            return [Breach(BODY, "json", "The body is not JSON.", "JSON text", received, at)]
        found = self._judge.violations((*at, "content", media, "schema"), value)
        return [replace(item, law=BODY) for item in found]

    @staticmethod
    def _media(hook: Hook, sent: Sent) -> list[Breach]:
        content = hook.body.get("content") or {}
        types = [str(name).split(";")[0].strip().lower() for name in content]
        kind = sent.headers.get("content-type", "").split(";")[0].strip().lower()
        if not sent.body or not types or kind in types or any("*" in name for name in types):
            return []
        at: Pointer = (*hook.pointer, "requestBody", "content")
        return [Breach(MEDIA, "", "It is not sent in a documented content type.", " or ".join(types),
                       kind or "no Content-Type", at)]  # fmt: skip

    def _enter(self, outcome: Outcome, name: str, breaches: Sequence[Breach], sent: Sent) -> None:
        outcome.exercised += 1
        outcome.reason = ""
        redact = self._redactor.text
        for breach in breaches:
            finding = Finding(
                law=outcome.law,
                tier=breach.tier,
                operation=name,
                status=0,
                place=redact(breach.place),
                message=one_line(f"{breach.message} ({sent.where})", redact, 400),
                expected=one_line(breach.expected, redact, 200),
                received=one_line(breach.received, redact, 200),
                citation=self._citations.at(breach.pointer, breach.sentence),
            )
            seen = outcome.repeats.get(finding.fingerprint, 0)
            outcome.repeats[finding.fingerprint] = seen + 1
            if not seen:
                outcome.findings.append(finding)


def _value(sent: Sent) -> Any:
    try:
        return json.loads(sent.body)
    except (ValueError, RecursionError):
        return _NOT_JSON


def _headers(hook: Hook, sent: Sent) -> list[Breach]:
    tier: Tier = "documented"
    return [
        Breach(
            HEADER, name, f"The required header {name} is not sent.", name, "nothing", hook.pointer, tier=tier
        )
        for name in hook.required_headers
        if name.lower() not in sent.headers
    ]
