"""All operations of the service by name."""

from __future__ import annotations

from trigger_contract.document.operations import Operation
from trigger_contract.mock.platform.actions import Actions
from trigger_contract.mock.platform.bulk import BulkActions
from trigger_contract.mock.platform.catalogue import Catalogue
from trigger_contract.mock.platform.deployments import Deployments
from trigger_contract.mock.platform.envvars import Variables
from trigger_contract.mock.platform.failures import Failures
from trigger_contract.mock.platform.firing import Firing
from trigger_contract.mock.platform.front import Function
from trigger_contract.mock.platform.querying import Querying
from trigger_contract.mock.platform.queues import Queues
from trigger_contract.mock.platform.runs import Reading
from trigger_contract.mock.platform.schedules import Schedules
from trigger_contract.mock.platform.sessions import Sessions
from trigger_contract.mock.platform.triggering import Triggering
from trigger_contract.mock.platform.waitpoints import Waitpoints
from trigger_contract.mock.platform.world import World
from trigger_contract.mock.runs import RunsModel
from trigger_contract.mock.views import Views


def operations_of(
    world: World, model: RunsModel, views: Views, documented: dict[str, Operation]
) -> dict[str, Function]:
    """Return every operation by the name that routes have for it.

    Args:
        world: What they work on.
        model: Lists and retrieves runs.
        views: Writes runs.
        documented: The operations of the document that the model answers, by path.
    """
    triggering = Triggering(world)
    reading = Reading(model, world, documented)
    actions = Actions(world, triggering, model, views)
    world.progress.attach(Firing(world, triggering).ring)
    world.progress.attach(actions.catch_up)
    parts = (
        reading,
        triggering,
        actions,
        Schedules(world),
        Variables(world),
        Queues(world),
        Waitpoints(world),
        Sessions(world, triggering),
        BulkActions(world, reading, actions),
        Failures(world),
        Querying(world),
        Catalogue(),
        Deployments(world),
    )
    return {name: function for part in parts for name, function in part.functions.items()}
