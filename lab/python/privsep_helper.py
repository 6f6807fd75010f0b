"""privsep-helper, whose threads share Python's own lock of logging.

An agent of Neutron starts this program for work that needs privileges. The program has real threads, and eventlet replaced
none of them. oslo.log 5.0.1 nevertheless gives logging a lock that is made for eventlet, because eventlet is imported. When
two threads want that lock at the same time, one of them never gets it ("greenlet.error: cannot switch to a different
thread"), and the agent waits for its answer for ever. Two routers that come to a new L3 agent at once are enough.

The services of uwsgi have the same fault, and `wsgiFile` in lab/stack/python.ts gives logging its lock back: their
application is made before it has threads. The helper sets logging up and serves in one call. So there is no moment in
which a lock could be given back, and this file has none made for eventlet in the first place.

The like: https://github.com/eventlet/eventlet/issues/662. This file can go with oslo.log 5.5, which first asks whether eventlet
replaced the threads.
"""

from oslo_log import log
from oslo_privsep.daemon import helper_main as main  # noqa: F401

log._fix_eventlet_logging = lambda: None
