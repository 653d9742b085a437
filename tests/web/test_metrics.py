from bot.metrics import Metrics


def test_two_apps_in_one_process_do_not_collide():
    first, second = Metrics(), Metrics()
    first.turns.labels("done").inc()
    assert first.registry.get_sample_value("pendamping_turns_total", {"outcome": "done"}) == 1
    assert second.registry.get_sample_value("pendamping_turns_total", {"outcome": "done"}) is None


def test_a_lane_that_has_emptied_falls_to_zero():
    metrics = Metrics()
    metrics.measure(outbox={"reply": (3, 12.5), "broadcast": (1000, 60.0)}, inbox=(2, 0.5), quarantined=1)
    metrics.measure(outbox={"broadcast": (900, 70.0)}, inbox=(0, 0.0), quarantined=1)

    def value(name: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(f"pendamping_{name}", labels)

    assert value("outbox_depth", lane="reply") == 0
    assert value("outbox_oldest_seconds", lane="reply") == 0
    assert value("outbox_depth", lane="broadcast") == 900
    assert value("inbox_depth") == 0
    assert value("quarantined") == 1


def test_every_name_is_ours_or_the_process_s():
    names = [line.split()[2] for line in Metrics().text().decode().splitlines() if line.startswith("# TYPE")]
    assert names
    assert all(name.startswith(("pendamping_", "process_")) for name in names)
