"""neutron-server, which loads related rows by the keys of those that it has.

Neutron asks for them by subqueries, and SQLAlchemy builds each of these anew for each request: half of the processor time of
the whole server. The rows are the same.
"""

from sqlalchemy import event
from sqlalchemy.orm import attributes, relationships

original = relationships.RelationshipProperty.__init__


def by_keys(self, *arguments, **options):
    if options.get("lazy") == "subquery":
        options["lazy"] = "selectin"
    original(self, *arguments, **options)


relationships.RelationshipProperty.__init__ = by_keys

from neutron.cmd.eventlet.server import main  # noqa: E402, F401
from neutron_lib.db.standard_attr import StandardAttribute  # noqa: E402


@event.listens_for(StandardAttribute, "init")
def have_no_tags(new, *_):
    """Neutron asks for a new floating IP's tags after the end of its session; a subquery would have loaded that there are none."""
    attributes.set_committed_value(new, "tags", [])
