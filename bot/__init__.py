"""Pendamping: the chat desk of an Indonesian office for small businesses."""

__version__ = "0.1.0"
