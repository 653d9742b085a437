"""What can be counted about the running desk, for Prometheus. Nothing here tells about a person.

Beside the layers, like `bot.config` and `bot.log`: it imports nothing of ours. `bot.post` counts with it; `bot.chat`
and the handlers don't, they stay pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector

CONTENT_TYPE = CONTENT_TYPE_LATEST
LANES = ("reply", "alert", "reminder", "broadcast")


class Metrics:
    """The collectors of one App, in a registry of their own (several Apps in one process don't collide)."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)

        self.updates = Counter(
            "pendamping_updates",
            "Updates committed to the inbox, without second deliveries.",
            ["channel", "desk", "kind"],
            registry=registry,
        )
        self.duplicates = Counter(
            "pendamping_duplicate_updates", "Updates that a platform brought again.", registry=registry
        )
        self.turns = Counter("pendamping_turns", "Turns by how they ended.", ["outcome"], registry=registry)
        self.turn_seconds = Histogram(
            "pendamping_turn_seconds",
            "Time a turn took, without its commit.",
            buckets=(0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
            registry=registry,
        )
        self.group_size = Histogram(
            "pendamping_group_size",
            "Work items put into one commit.",
            buckets=(1, 2, 5, 10, 20, 50, 100, 200),
            registry=registry,
        )
        self.commits = Counter("pendamping_commits", "Transactions committed by the store.", registry=registry)
        self.sends = Counter("pendamping_sends", "Calls to platforms by outcome.", ["outcome"], registry=registry)
        self.statuses = Histogram(
            "pendamping_statuses",
            "What WhatsApp told of messages, by how much of it was noted together.",
            buckets=(1, 2, 5, 10, 20, 50, 100, 200),
            registry=registry,
        )
        self.floods = Counter("pendamping_floods", "Times a person wrote faster than the limit.", registry=registry)
        self.foreign = Counter(
            "pendamping_foreign_updates",
            "What a webhook brought for an account that isn't in the settings.",
            registry=registry,
        )
        self.quarantines = Counter("pendamping_quarantines", "Messages set aside since the start.", registry=registry)

        self.outbox_depth = Gauge("pendamping_outbox_depth", "Rows waiting to be sent.", ["lane"], registry=registry)
        self.outbox_oldest = Gauge(
            "pendamping_outbox_oldest_seconds", "For how long the oldest row has been due.", ["lane"], registry=registry
        )
        self.inbox_depth = Gauge("pendamping_inbox_depth", "Updates not handled yet.", registry=registry)
        self.inbox_oldest = Gauge(
            "pendamping_inbox_oldest_seconds", "Age of the oldest update not handled yet.", registry=registry
        )
        self.quarantined = Gauge("pendamping_quarantined", "Messages set aside now.", registry=registry)
        self.measured = Gauge(
            "pendamping_measured", "1 if the depths and ages could be read from the store.", registry=registry
        )
        # What every turn counts; finding a child of a counter costs more than counting.
        self.heard = lru_cache(self.updates.labels)
        self.turned = lru_cache(self.turns.labels)
        self.sent = lru_cache(self.sends.labels)
        for lane in LANES:
            self.outbox_depth.labels(lane)
            self.outbox_oldest.labels(lane)

    def measure(self, *, outbox: Mapping[str, tuple[int, float]], inbox: tuple[int, float], quarantined: int) -> None:
        """Set what is read from the store: (rows, seconds the oldest waits) for each lane and for the inbox."""
        for lane in {*LANES, *outbox}:
            depth, oldest = outbox.get(lane, (0, 0.0))
            self.outbox_depth.labels(lane).set(depth)
            self.outbox_oldest.labels(lane).set(oldest)
        self.inbox_depth.set(inbox[0])
        self.inbox_oldest.set(inbox[1])
        self.quarantined.set(quarantined)
        self.measured.set(1)

    def text(self) -> bytes:
        """Everything, in the Prometheus text format (`CONTENT_TYPE`)."""
        return generate_latest(self.registry)
