"""What the operator may watch (Prometheus text). On the operator's listener only: counts tell of things hidden from parties."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrics:
    """The counters of one host process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._entries = Counter("detente_entries", "Entries recorded.", registry=self.registry)
        self._batches = Histogram(
            "detente_batch_rows",
            "Entries under one signature.",
            buckets=(1, 4, 16, 64, 256),
            registry=self.registry,
        )
        self._size = Gauge("detente_ledger_size", "Leaves in the newest signed checkpoint.", registry=self.registry)
        self._answers = Counter("detente_answers", "HTTP answers by status.", ["status"], registry=self.registry)
        self._writing = Gauge("detente_writing", "1 while submissions are taken.", registry=self.registry)
        self._streams = Gauge("detente_streams", "Open event streams.", registry=self.registry)
        self._slow = Counter("detente_slow_steps", "Requests that took over 50 ms.", registry=self.registry)
        self._by_status: dict[int, Counter] = {}

    def batch(self, rows: int, size: int) -> None:
        """Count one published batch."""
        self._entries.inc(rows)
        self._batches.observe(rows)
        self._size.set(size)

    def answer(self, status: int) -> None:
        """Count one answer."""
        found = self._by_status.get(status)
        if found is None:
            found = self._by_status[status] = self._answers.labels(str(status))
        found.inc()

    def slow(self) -> None:
        """Count a request that took long."""
        self._slow.inc()

    def state(self, *, writing: bool, size: int, streams: int) -> None:
        """Set what is read off just before the text is made."""
        self._writing.set(int(writing))
        self._size.set(size)
        self._streams.set(streams)

    def text(self) -> bytes:
        """Return the exposition."""
        return generate_latest(self.registry)
