"""Prints what the host program, named by the first argument, takes for the text of this machine."""
import io
import sys

program = {'__name__': 'stackward_host', '__file__': sys.argv[1]}
with io.open(sys.argv[1], 'rb') as stream:
    exec(compile(stream.read(), sys.argv[1], 'exec'), program)
print(program['machine']())
