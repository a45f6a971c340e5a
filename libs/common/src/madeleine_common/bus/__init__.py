"""JetStream: how committed events reach other services, exactly once in effect."""

from madeleine_common.bus.consumer import Consumer, Subscription

__all__ = ["Consumer", "Subscription"]
