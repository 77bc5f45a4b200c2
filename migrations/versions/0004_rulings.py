"""rulings, and of which verdicts a grader is not sure

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_BATCH = 500

_submission = sa.table(
    "submission", sa.column("id", sa.Integer), sa.column("grade_id", sa.Integer), sa.column("doubt", sa.Float)
)
_grade = sa.table("grade", sa.column("id", sa.Integer), sa.column("verdicts", sa.JSON))


def upgrade() -> None:
    op.create_table(
        "ruling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("point_id", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("ruled_by", sa.String(), nullable=True),
        sa.Column("ruled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_ruling_submission_id_submission"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruling")),
    )
    with op.batch_alter_table("ruling") as batch_op:
        batch_op.create_index("ix_ruling_submission", ["submission_id", "id"], unique=False)

    with op.batch_alter_table("submission") as batch_op:
        batch_op.add_column(sa.Column("doubt", sa.Float(), nullable=True))
        batch_op.create_index("ix_submission_doubt", ["doubt"], unique=False)

    _find_doubts(op.get_bind())


def _find_doubts(connection: sa.Connection) -> None:
    """What the grades that are there already are least sure of."""
    last = 0
    while True:
        query = (
            sa.select(_submission.c.id, _grade.c.verdicts)
            .join(_grade, _grade.c.id == _submission.c.grade_id)
            .where(_submission.c.id > last)
            .order_by(_submission.c.id)
            .limit(_BATCH)
        )
        rows = connection.execute(query).all()
        for id_, verdicts in rows:
            least = min((verdict["confidence"] for verdict in verdicts), default=None)
            connection.execute(sa.update(_submission).where(_submission.c.id == id_).values(doubt=least))
            last = id_
        if len(rows) < _BATCH:
            return


def downgrade() -> None:
    with op.batch_alter_table("submission") as batch_op:
        batch_op.drop_index("ix_submission_doubt")
        batch_op.drop_column("doubt")

    op.drop_table("ruling")
