"""On PostgreSQL the spans of a seat cannot overlap, whatever the code does.

Every operand is a range, so that no extension is needed: btree_gist would take a superuser to install.

A migration of its own, and so later than the unique indexes of open spans: PostgreSQL asks the older index first, and
that a seat is taken is the better answer.
"""

from django.db import migrations

TABLES = {
    "a_seat_has_one_holder_at_a_time": "incidents_assignment",
    "a_seat_is_vacant_once_at_a_time": "incidents_vacancy",
}

CONSTRAINT = """
    ALTER TABLE {table} ADD CONSTRAINT {name} EXCLUDE USING gist (
        int8range(incident_id, incident_id, '[]') WITH &&,
        int8range(role_id, role_id, '[]') WITH &&,
        int4range(seat::integer, seat::integer, '[]') WITH &&,
        tstzrange(since, ended_at) WITH &&
    )
"""


def add(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name, table in TABLES.items():
            schema_editor.execute(CONSTRAINT.format(name=name, table=table))


def remove(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name, table in TABLES.items():
            schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_squashed_0006_participants")]

    operations = [migrations.RunPython(add, remove)]
