"""What is asked in the bench, word for word the same by every contestant."""

from __future__ import annotations

YOUNGEST, OLDEST = 17, 99
CITIES = (("malang", "Malang"), ("batu", "Batu"), ("blitar", "Blitar"), ("kediri", "Kediri"))
ASKED = {
    "name": "What is your full name?",
    "age": "How old are you?",
    "city": "In which city do you work?",
    "phone": "What is your phone number?",
    "comment": "What else should we know?",
    "done": "Thank you. You are registered.",
}
"""What is said after each step, by its key; the first is the answer to /daftar."""

TOKEN = "4242:" + "bench" * 7
SECRET = "bench" * 8
"""What a webhook call carries; both are known to the emulator and to whoever is measured."""
