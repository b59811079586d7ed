"""Finding the resources of a document; ``document.resource`` says what they are and how they are declared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigger_contract.document.composition import View, composition
from trigger_contract.document.grouping import Draft, Grouping
from trigger_contract.document.identity import identity_of
from trigger_contract.document.listing import thing_of
from trigger_contract.document.memo import once_per_document
from trigger_contract.document.operations import Operation
from trigger_contract.document.paths import Template, is_parameter, template
from trigger_contract.document.resource import (
    EXTENSION,
    ROLES,
    Action,
    Identity,
    Resource,
    Resources,
    placed,
)
from trigger_contract.document.statuses import final_states, states_of
from trigger_contract.document.verbs import effect, opposite_of
from trigger_contract.document.words import flat

__all__ = ["EXTENSION", "ROLES", "Action", "Identity", "Resource", "Resources", "resources"]


@once_per_document
def resources(document: Mapping[str, Any]) -> Resources:
    """Return what belongs together in a document.

    Raises:
        UserError: ``x-resource`` declares what cannot be.
    """
    return _Finding(document).resources()


class _Finding:
    """Tells of each group of paths what its things are like."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._views = composition(document)
        self._grouping = Grouping(document)
        self._drafts = self._grouping.drafts()

    def resources(self) -> Resources:
        names = self._names()
        found = tuple(self._resource(draft, names) for draft in self._drafts)
        return placed(found, tuple(self._grouping.unplaced))

    def _names(self) -> dict[int, str]:
        """Name each resource after its path, with as much of it as tells the resource from all others."""
        names: dict[int, str] = {}
        taken: set[str] = set()
        alike: dict[str, list[Draft]] = {}
        for draft in self._drafts:
            alike.setdefault(draft.name, []).append(draft)
        for draft in self._drafts:
            same = alike[draft.name]
            literal = [part for part in draft.template.segments if not is_parameter(part)]
            name, count = draft.name, 1
            while len(same) > 1 and count < len(literal) and "name" not in draft.declared:
                if draft is min(same, key=lambda other: len(other.template.segments)):
                    break
                count += 1
                name = ".".join(literal[-count:])
                same = [other for other in same if _literal_end(other.template, count) == literal[-count:]]
            while name in taken:
                name += "_"
            taken.add(name)
            names[id(draft)] = name
        return names

    def _resource(self, draft: Draft, names: Mapping[int, str]) -> Resource:
        schema = self._grouping.schema(draft)
        reasons = dict(draft.reasons)
        identity = self._identity(draft, schema)
        if identity is not None:
            reasons["identity"] = identity.reason
        status, final = self._life(draft, schema, reasons)
        parent = self._grouping.owner(draft.collection)
        actions = self._actions(draft, schema, status, identity)
        undone = {action.sets[1] for action in actions if action.sets and action.opposite}
        if undone & final:
            final -= undone
            reasons["final"] += "; not those that an action undoes"
        read = draft.by_role.get("read")
        thing = thing_of(self._document, read) if read else None
        return Resource(
            name=names[id(draft)],
            path=draft.template.path,
            item_path=draft.item_template.path if draft.item_template else None,
            parent=names[id(parent)] if parent else None,
            parents=draft.template.parameters,
            identity=identity,
            schema=schema,
            item_in_answer=thing[0] if thing else (),
            actions=actions,
            others=tuple(draft.others),
            status=status,
            final=frozenset(final),
            reasons=reasons,
            **draft.by_role,
        )

    def _identity(self, draft: Draft, schema: View) -> Identity | None:
        if draft.item is None or draft.item_template is None:
            return None
        parameter = draft.item_template.last_parameter or ""
        return self._identity_by(draft, schema, parameter, next(iter(draft.by_role.values()), None))

    def _identity_by(
        self, draft: Draft, schema: View, parameter: str, operation: Operation | None
    ) -> Identity | None:
        declared = draft.declared.get("identity")
        noun = draft.template.noun
        name = declared or identity_of(self._views, schema, parameter, noun)
        listing = draft.by_role.get("list")
        if name is None and listing is not None:
            name = identity_of(self._views, self._grouping.item_view(listing), parameter, noun)
        if name is None:
            return None
        found = [item for item in (operation.parameters if operation else ()) if item["name"] == parameter]
        view = self._views.view(found[0].get("schema", {})) if found else {}
        reason = f"declared by {EXTENSION}" if declared else f"`{{{parameter}}}` is the item's `{name}`"
        return Identity(parameter, str(name), view, reason)

    def _life(self, draft: Draft, schema: View, reasons: dict[str, str]) -> tuple[str | None, set[str]]:
        declared = draft.declared
        found = states_of(self._views, schema)
        status = declared.get("status") or (found[0] if found else None)
        if status is None:
            return None, set()
        reasons["status"] = f"declared by {EXTENSION}" if "status" in declared else f"`{status}` lists states"
        if "final" in declared:
            reasons["final"] = f"declared by {EXTENSION}"
            return str(status), {str(state) for state in declared["final"]}
        final = set(final_states(found[1] if found else ()))
        reasons["final"] = "by the words of its states"
        return str(status), final

    def _actions(
        self, draft: Draft, schema: View, status: str | None, identity: Identity | None
    ) -> tuple[Action, ...]:
        verbs = {id(operation): template(operation.path).noun for operation in draft.actions}
        actions = []
        for operation in draft.actions:
            declared = operation.definition.get(EXTENSION)
            declared = declared if isinstance(declared, Mapping) else {}
            verb = verbs[id(operation)]
            sets = effect(self._views, schema, verb, status)
            if isinstance(declared.get("sets"), Mapping) and declared["sets"]:
                sets = next(iter(declared["sets"].items()))
            opposite = declared.get("opposite") or opposite_of(verb, verbs.values())
            reason = f"{operation.method.upper()} to `{verb}` below an item"
            if sets:
                reason += f"; the item's `{sets[0]}` can be {sets[1]!r}"
            own = self._own_identity(draft, schema, operation, identity)
            actions.append(Action(operation, verb, opposite, sets, reason, own))
        return tuple(actions)

    def _own_identity(
        self, draft: Draft, schema: View, operation: Operation, identity: Identity | None
    ) -> Identity | None:
        """Return how an action names its item where it takes another field than the path of the item."""
        if draft.item is None or draft.item_template is None:
            return None
        path = template(operation.path)
        place = len(draft.item) - 1
        names = [part for part in path.segments if is_parameter(part)]
        depth = sum(part == "{}" for part in draft.item[: place + 1])
        parameter = names[depth - 1][1:-1] if len(names) >= depth else ""
        if not parameter or identity is None or flat(parameter) == flat(identity.parameter):
            return None
        fields = {flat(name): name for name in self._grouping.fields(schema)}
        listing = draft.by_role.get("list")
        if listing is not None:
            fields |= {flat(name): name for name in self._grouping.fields(self._grouping.item_view(listing))}
        name = fields.get(flat(parameter))
        if name is None or name == identity.field:
            return None
        found = [item for item in operation.parameters if item["name"] == parameter]
        reason = f"`{{{parameter}}}` is the item's `{name}`, not its `{identity.field}`"
        return Identity(parameter, name, self._views.view(found[0].get("schema") if found else True), reason)


def _literal_end(path: Template, count: int) -> list[str]:
    return [part for part in path.segments if not is_parameter(part)][-count:]
