"""Numbers for Prometheus, counted where they are handed."""

from ocpi.process.metrics import Metrics


def test_counts_are_told_under_our_name_with_their_labels() -> None:
    metrics = Metrics()
    metrics.counter("cdrs_stored", "CDRs stored.", ["partner"]).labels(partner="FR*ABC").inc()
    metrics.gauge("outbox_marks", "Marks due.").set(7)
    metrics.histogram("authorize_seconds", "Time.", buckets=(0.1, 1)).observe(0.5)
    text, content_type = metrics.exposition()

    lines = text.decode().splitlines()
    assert 'passerelle_cdrs_stored_total{partner="FR*ABC"} 1.0' in lines
    assert "passerelle_outbox_marks 7.0" in lines
    assert 'passerelle_authorize_seconds_bucket{le="1.0"} 1.0' in lines
    assert content_type.startswith("text/plain")


def test_the_process_itself_is_counted() -> None:
    text, _ = Metrics().exposition()
    assert b"process_resident_memory_bytes" in text


def test_two_services_in_one_process_count_apart() -> None:
    hub, cpo = Metrics(), Metrics()
    hub.counter("requests", "Requests.").inc()
    cpo.counter("requests", "Requests.")
    assert b"passerelle_requests_total 0.0" in cpo.exposition()[0]


def test_a_scraper_that_asks_for_openmetrics_gets_it() -> None:
    text, content_type = Metrics().exposition("application/openmetrics-text; version=1.0.0")
    assert content_type.startswith("application/openmetrics-text")
    assert text.endswith(b"# EOF\n")
