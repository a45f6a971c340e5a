"""For tests: real servers, services in process, and given/when/then for deciders."""

from madeleine_common.testing.deciders import Scenario
from madeleine_common.testing.faults import refused
from madeleine_common.testing.peer import Peer
from madeleine_common.testing.rig import Rig, Servers, TestPerson, running_service
from madeleine_common.testing.waiting import eventually

__all__ = ["Peer", "Rig", "Scenario", "Servers", "TestPerson", "eventually", "refused", "running_service"]
