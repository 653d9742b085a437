"""The self-assessment: instruments by version, assessments with their answers and evidence; answers to questions."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "instruments",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("pk_instruments")),
        sa.UniqueConstraint("code", "since", name=op.f("uq_instruments_code")),
    )
    op.create_table(
        "assessments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("business_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instrument", sa.String(length=20), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed", sa.Integer(), nullable=True),
        sa.Column("claimed_band", sa.String(length=20), nullable=True),
        sa.Column("verified", sa.Integer(), nullable=True),
        sa.Column("verified_band", sa.String(length=20), nullable=True),
        sa.Column("marks", sa.JSON(), nullable=True),
        sa.CheckConstraint("(finished_at is null) = (claimed is null)", name=op.f("ck_assessments_finished")),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_assessments_business_id_businesses"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["instrument", "version"],
            ["instruments.code", "instruments.version"],
            name=op.f("fk_assessments_instrument_instruments"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_assessments_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("assessments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assessments_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_assessments_business", ["business_id", "instrument", "finished_at"], unique=False)
        batch_op.create_index("ix_assessments_ranked", ["instrument", "verified"], unique=False)
        batch_op.create_index(
            "uq_assessments_open",
            ["business_id", "instrument"],
            unique=True,
            sqlite_where=sa.text("finished_at is null"),
            postgresql_where=sa.text("finished_at is null"),
        )

    op.create_table(
        "answers",
        sa.Column("assessment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item", sa.String(length=8), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessments.id"], name=op.f("fk_answers_assessment_id_assessments"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("assessment_id", "item", name=op.f("pk_answers")),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("assessment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item", sa.String(length=8), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=False),
        sa.Column("media_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("taken_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("(state in (0, 4)) = (decided_at is null)", name=op.f("ck_evidence_decided")),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessments.id"],
            name=op.f("fk_evidence_assessment_id_assessments"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_evidence_media_id_media"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["taken_by"], ["officers.person_id"], name=op.f("fk_evidence_taken_by_officers")),
        sa.ForeignKeyConstraint(["decided_by"], ["officers.person_id"], name=op.f("fk_evidence_decided_by_officers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index("ix_evidence_assessment", ["assessment_id", "item", "id"], unique=False)
        batch_op.create_index("ix_evidence_media", ["media_id"], unique=False)
        for name, columns, unique in (
            ("ix_evidence_waiting", ["at", "id"], False),
            ("uq_evidence_waiting", ["assessment_id", "item"], True),
        ):
            batch_op.create_index(
                name,
                columns,
                unique=unique,
                sqlite_where=sa.text("state = 0"),
                postgresql_where=sa.text("state = 0"),
            )

    op.create_table(
        "faqs",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("topic", sa.String(length=20), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=20), nullable=False),
        sa.Column("question", sa.String(length=120), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("sure", sa.String(length=1), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint("(approved_at is null) = (approved_by is null)", name=op.f("ck_faqs_approved")),
        sa.PrimaryKeyConstraint("code", "since", name=op.f("pk_faqs")),
    )
