"""Runs a console script of a Debian library package whose own launcher stands in a package that is not installed.

entry_point.py NAME=MODULE:FUNCTION ARGUMENT... [--then ARGUMENT...]

With --then the function runs once for each list of arguments, each time in a fork of this process: the imports, which
take most of the time of a short command, are done once. The first run that fails ends the whole.
"""

import gc
import importlib
import os
import sys

import garbage  # noqa: F401


def split(arguments):
    runs = [[]]
    for argument in arguments:
        if argument == "--then":
            runs.append([])
        else:
            runs[-1].append(argument)
    return runs


name, target = sys.argv[1].split("=")
module, function = target.split(":")
# While the module is imported, eventlet replaces a dozen locks, and has all garbage collected before each.
collect, gc.collect = gc.collect, lambda *_: 0
main = getattr(importlib.import_module(module), function)
gc.collect = collect
*before, last = split(sys.argv[2:])
for arguments in before:
    child = os.fork()
    if child == 0:
        sys.argv = [name, *arguments]
        sys.exit(main())
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code:
        sys.exit(code)
# Neutron's agent derives the names of its packet-filter chains from argv[0].
sys.argv = [name, *last]
sys.exit(main())
