"""What a platform tells of our messages afterwards, and what its limits and prices are counted by."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Integer, SmallInteger, String, Table

from bot.domain.tables.kinds import Id, Utc, metadata

bubbles = Table(  # what became of each bubble of a message, as far as it was told
    "bubbles",
    metadata,
    Column("outbox_id", Id, ForeignKey("outbox.id", ondelete="CASCADE"), primary_key=True),
    Column("place", SmallInteger, primary_key=True),
    Column("attempt", SmallInteger, nullable=False),  # of its row, in which it was sent
    Column("fate", SmallInteger, nullable=False),  # 1 sent, 2 failed, 3 delivered, 4 read
    Column("counted", Boolean(name="counted"), nullable=False),  # in `costs`
    Column("at", Utc, nullable=False),
    CheckConstraint("fate between 1 and 4", name="fate"),
)

costs = Table(  # delivered bubbles, by what the platform says they cost
    "costs",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True),
    Column("day", Date, primary_key=True),  # of the office's calendar
    Column("flow", String(40), primary_key=True),
    Column("lane", SmallInteger, primary_key=True),
    Column("category", String(20), primary_key=True),
    Column("tariff", String(40), primary_key=True),
    Column("billable", Boolean(name="billable"), primary_key=True),
    Column("count", Integer, nullable=False),
)

begun = Table(  # whom the office wrote first, for the limit of people in 24 hours
    "begun",
    metadata,
    Column("contact_id", Id, ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True),
    Column("at", Utc, nullable=False, index=True),
)

uploads = Table(  # files that lie at the platform too, to be sent again without being brought there again
    "uploads",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True),
    Column("media_id", Id, ForeignKey("media.id", ondelete="CASCADE"), primary_key=True),
    Column("ext_id", String(100), nullable=False),
    Column("at", Utc, nullable=False),
)

standings = Table(  # what a platform has told last of an account, its templates and limits
    "standings",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True),
    Column("about", String(200), primary_key=True),
    Column("state", String(60), nullable=False),
    Column("why", String(200), nullable=False),
    Column("wrong", Boolean(name="wrong"), nullable=False),  # somebody has to do something
    Column("at", Utc, nullable=False),
)
