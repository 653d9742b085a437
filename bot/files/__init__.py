"""What is made of data and of photos, in a process of its own (`bot.post.child`).

Nothing here knows a database, so that such a process starts quickly and is small.
"""

from pathlib import Path

FONT = Path(__file__).parent / "fonts" / "sans.ttf"
LOCALES = Path(__file__).resolve().parents[2] / "locales"
MOST = 10 << 20
"""Bytes of one file."""
EXPORT = "export"
"""The kind of the files of DATA SAYA."""
RESULT = "result"
"""The kind of the picture and the page of a check."""
EVIDENCE = "evidence"
"""The kind of a photo that was shown for an answer of a check."""
