"""Every table there is: the post's stations and people, the office's own nouns, what the owners' rights rest
on, the self-assessment.

Times are UTC; states are small numbers named by the enums of `kinds`, so that the whole system can be read with SQL.
Columns of type `Sealed` hold bytes that only `Keys` can open.
"""

from bot.domain.tables.assess import Proof, answers, assessments, evidence, faqs, instruments
from bot.domain.tables.kinds import Id, Lane, Outgoing, Received, Sealed, Utc, Working, metadata
from bot.domain.tables.linking import links
from bot.domain.tables.office import (
    businesses,
    invites,
    name_words,
    officers,
    owners,
    regions,
    rules,
    tickets,
    wishes,
)
from bot.domain.tables.post import (
    accounts,
    commits,
    contacts,
    inbox,
    jobs,
    outbox,
    people,
    reminders,
    talks,
    used_buttons,
)
from bot.domain.tables.rights import audit, audit_seals, changes, consents, erasing, media, tallies
from bot.domain.tables.whatsapp import begun, bubbles, costs, standings, uploads

__all__ = [
    "Id",
    "Lane",
    "Outgoing",
    "Proof",
    "Received",
    "Sealed",
    "Utc",
    "Working",
    "accounts",
    "answers",
    "assessments",
    "audit",
    "audit_seals",
    "begun",
    "bubbles",
    "businesses",
    "changes",
    "commits",
    "consents",
    "contacts",
    "costs",
    "erasing",
    "evidence",
    "faqs",
    "inbox",
    "instruments",
    "invites",
    "jobs",
    "links",
    "media",
    "metadata",
    "name_words",
    "officers",
    "outbox",
    "owners",
    "people",
    "regions",
    "reminders",
    "rules",
    "standings",
    "talks",
    "tallies",
    "tickets",
    "uploads",
    "used_buttons",
    "wishes",
]
