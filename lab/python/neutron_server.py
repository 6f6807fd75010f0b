"""neutron-server, which loads related rows by the keys of those that it has.

Neutron asks for them by subqueries, and SQLAlchemy builds each of these anew for each request: two fifths of the processor
time of the whole server (networks, subnets, ports: 34 s of requests took 20 s with keys). The rows are the same.
"""

from sqlalchemy.orm import relationships

original = relationships.RelationshipProperty.__init__


def by_keys(self, *arguments, **options):
    # Neutron filters by tags within the loading query itself.
    of_tags = options.get("viewonly") and options.get("back_populates") == "standard_attr"
    if options.get("lazy") == "subquery" and not of_tags:
        options["lazy"] = "selectin"
    original(self, *arguments, **options)


relationships.RelationshipProperty.__init__ = by_keys


def main():
    from neutron.cmd.eventlet.server import main as serve

    return serve()
