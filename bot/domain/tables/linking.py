"""What joins the chats of one person: codes shown on one of them, and where she wants to hear from the office."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, LargeBinary, SmallInteger, Table

from bot.domain.tables.kinds import Id, Utc, metadata, person_column

links = Table(
    "links",
    metadata,
    person_column(primary_key=True),
    Column("code_index", LargeBinary(32), unique=True),  # keyed HMAC of the code she was shown; None: none, or used
    Column("expires_at", Utc),
    Column("tries", SmallInteger, nullable=False),  # codes she typed that weren't right, since `tried_at`
    Column("tried_at", Utc),
    Column("contact_id", Id, ForeignKey("contacts.id")),  # where what the office starts goes
    Column("home_id", Id, ForeignKey("contacts.id")),  # the chat that others were joined to; None: none were
    CheckConstraint("(code_index is null) = (expires_at is null)", name="code"),
)
