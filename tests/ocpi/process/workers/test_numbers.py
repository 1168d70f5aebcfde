"""What several processes have counted, as the numbers of one service."""

from ocpi.process.metrics import Across, Family, Metrics, Sample
from ocpi.process.workers.numbers import Numbers, Told


def family(name: str, value: float, *, kind: str = "counter", across: Across = Across.SUM) -> Family:
    sample = f"{name}_total" if kind == "counter" else name
    return Family(name, kind, "About it.", across, [Sample(sample, {}, value)])


def lines(numbers: Numbers, told: dict[str, Told]) -> set[str]:
    text, _ = numbers.exposition(told)
    return {line for line in text.decode().splitlines() if not line.startswith("#")}


def test_what_each_has_counted_is_added_label_by_label() -> None:
    told = {}
    for worker, count in (("1", 3), ("2", 4)):
        metrics = Metrics()
        metrics.counter("cdrs", "CDRs.", ["partner"]).labels(f"p{worker}").inc(count)
        metrics.counter("calls", "Calls.", ["partner"]).labels("p").inc(count)
        metrics.histogram("seconds", "Time.", buckets=(0.1, 1)).observe(count / 10)
        told[worker] = Told(1, list(metrics.families()))
    joined = lines(Numbers(), told)
    assert {
        'passerelle_cdrs_total{partner="p1"} 3.0',
        'passerelle_cdrs_total{partner="p2"} 4.0',
        'passerelle_calls_total{partner="p"} 7.0',
        'passerelle_seconds_bucket{le="0.1"} 0.0',
        'passerelle_seconds_bucket{le="1.0"} 2.0',
        'passerelle_seconds_bucket{le="+Inf"} 2.0',
        "passerelle_seconds_count 2.0",
    } <= joined


def test_a_gauge_is_a_sum_unless_all_tell_of_the_same() -> None:
    told = {}
    for worker, value in (("1", 3), ("2", 4)):
        metrics = Metrics()
        metrics.gauge("in_flight", "Requests now.").set(value)
        metrics.gauge("marks", "In the database.", across=Across.SAME).set(value)
        told[worker] = Told(1, list(metrics.families()))
    assert {"passerelle_in_flight 7.0", "passerelle_marks 4.0"} <= lines(Numbers(), told)


def test_what_has_no_sum_is_told_for_each_worker() -> None:
    told = {worker: Told(1, list(Metrics().families())) for worker in ("1", "2", "parent")}
    joined = lines(Numbers(), told)
    for worker in told:
        assert any(line.startswith(f'process_start_time_seconds{{worker="{worker}"}}') for line in joined)
    assert not any(line.startswith("python_gc_collections_total{worker") for line in joined)


def test_a_counter_never_falls_back_when_a_worker_dies_and_begins_again() -> None:
    numbers = Numbers()
    assert lines(numbers, {"1": told(1, 10), "2": told(1, 5)}) == {"calls_total 15.0"}
    assert lines(numbers, {"1": told(1, 11)}) == {"calls_total 16.0"}
    assert lines(numbers, {"1": told(1, 11), "2": told(2, 0)}) == {"calls_total 16.0"}
    assert lines(numbers, {"1": told(1, 11), "2": told(2, 3)}) == {"calls_total 19.0"}
    assert lines(numbers, {"2": told(3, 1), "1": told(1, 11)}) == {"calls_total 20.0"}


def told(life: int, calls: float) -> Told:
    return Told(life, [family("calls", calls)])


def test_what_a_dead_worker_had_at_hand_is_gone_with_it() -> None:
    numbers = Numbers()
    for across, joined in ((Across.SUM, "at_hand 1.0"), (Across.EACH, 'at_hand{worker="1"} 1.0')):
        one, two = (Told(1, [family("at_hand", value, kind="gauge", across=across)]) for value in (1, 2))
        assert joined not in lines(numbers, {"1": one, "2": two}) or across is Across.EACH
        assert lines(numbers, {"1": one}) == {joined}


def test_a_scraper_that_asks_for_openmetrics_gets_it() -> None:
    text, content_type = Numbers().exposition(
        {"1": told(1, 2)}, "application/openmetrics-text; version=1.0.0"
    )
    assert content_type.startswith("application/openmetrics-text")
    assert text.endswith(b"calls_total 2.0\n# EOF\n")


def test_the_beginning_of_a_count_is_the_earliest() -> None:
    numbers = Numbers()
    created = [
        Told(1, [Family("c", "counter", "C.", Across.SUM, [Sample("c_created", {}, at)])]) for at in (9, 7)
    ]
    assert "c_created 7.0" in lines(numbers, {"1": created[0], "2": created[1]})
