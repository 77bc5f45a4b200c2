"""what the chat platforms need

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("workspace") as batch_op:
        batch_op.add_column(sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("schedule") as batch_op:
        batch_op.add_column(sa.Column("ping", sa.String(), nullable=True))

    with op.batch_alter_table("submission") as batch_op:
        batch_op.add_column(sa.Column("ticket", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("message_ref", sa.String(), nullable=True))
        batch_op.create_index("ix_submission_message", ["channel_id", "message_ref"], unique=False)

    with op.batch_alter_table("outbox") as batch_op:
        batch_op.add_column(sa.Column("ticket", sa.String(), nullable=True))

    op.create_table(
        "lead",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_lead_workspace_id_workspace"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "external_id", name=op.f("pk_lead")),
    )
    op.create_table(
        "installation",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform", "key", name=op.f("pk_installation")),
    )


def downgrade() -> None:
    op.drop_table("installation")
    op.drop_table("lead")

    with op.batch_alter_table("outbox") as batch_op:
        batch_op.drop_column("ticket")

    with op.batch_alter_table("submission") as batch_op:
        batch_op.drop_index("ix_submission_message")
        batch_op.drop_column("message_ref")
        batch_op.drop_column("ticket")

    with op.batch_alter_table("schedule") as batch_op:
        batch_op.drop_column("ping")

    with op.batch_alter_table("workspace") as batch_op:
        batch_op.drop_column("left_at")
