"""Readers: from what a person typed to a value, or a kind reason why not.

A reader is a plain function ``(text, reading) -> value | Invalid | Unsure``. It never raises on what a person types.
"""

from bot.chat.reading.outcome import Invalid, Reading, Unsure

__all__ = ["Invalid", "Reading", "Unsure"]
