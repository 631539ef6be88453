"""Which statements have taken long before. Floor: store."""

from __future__ import annotations

# Seconds from which on a statement counts as expensive: less may be a busy machine.
SLOW_SECONDS = 0.25
# Seconds below which a statement is forgotten.
QUICK_SECONDS = 0.05
# Statements that are remembered.
MOST = 500


class Costs:
    """The statements that took long, each with the seconds it takes; a few hundred of them.

    One slow run among quick ones counts half, so that a busy machine makes nothing expensive.
    Safe to share between threads without a lock: a lost note does no harm.
    """

    def __init__(self) -> None:
        self._seconds: dict[int, float] = {}

    @property
    def has_any(self) -> bool:
        """Whether any statement is remembered."""
        return bool(self._seconds)

    def is_slow(self, text: str) -> bool:
        """Return whether a statement usually takes long."""
        return bool(self._seconds) and self._seconds.get(hash(text), 0.0) >= SLOW_SECONDS

    def note(self, text: str, seconds: float) -> None:
        """Note how long a statement took."""
        key = hash(text)
        before = self._seconds.get(key)
        if before is None and seconds < QUICK_SECONDS:
            return
        mean = ((before or 0.0) + seconds) / 2
        if mean < QUICK_SECONDS / 2:
            self._seconds.pop(key, None)
            return
        self._seconds[key] = mean
        if len(self._seconds) > MOST:
            self._seconds.pop(next(iter(tuple(self._seconds))), None)
