"""
Runs COMMAND, which runs the host program, in a terminal while FOLDER is locked; types Ctrl-Z, Ctrl-C and Ctrl-\\ as soon as
the program waits for the lock; then lets the lock go. Prints what the program inherited, whether it was stopped, and the answer.
Usage: PROGRAM FOLDER REQUEST ANSWER COMMAND...
"""
import fcntl
import json
import os
import pty
import resource
import signal
import sys
import time

program, folder, request, answer = sys.argv[1:5]
held = os.open(folder, os.O_RDONLY)
fcntl.flock(held, fcntl.LOCK_EX)
child, terminal = pty.fork()
if child == 0:
    os.close(held)
    # A shell with job control does the same: a terminal stops no process group that has no parent in its session.
    foreground = os.fork()
    if foreground != 0:
        os.waitpid(foreground, 0)
        os._exit(0)
    os.setpgid(0, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.chdir('/etc')
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    os.dup2(os.open(request, os.O_RDONLY), 0)
    os.dup2(os.open(answer, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
    os.execvp(sys.argv[5], sys.argv[5:])


def words(pid):
    try:
        with open('/proc/%s/cmdline' % pid) as stream:
            return stream.read().split('\0')
    except OSError:
        return ['']


def waits(pid):
    try:
        return any(os.readlink('/proc/%s/fd/%s' % (pid, fd)) == folder for fd in os.listdir('/proc/%s/fd' % pid))
    except OSError:
        return False


def state():
    try:
        with open('/proc/%s/stat' % found) as stream:
            return stream.read().rsplit(')', 1)[1].split()[0]
    except OSError:
        return 'gone'


found = None
while found is None:
    found = next((pid for pid in os.listdir('/proc') if pid.isdigit() and words(pid)[1:3] == ['-Es', program] and waits(pid)), None)
    time.sleep(0.01)
with open('/proc/%s/limits' % found) as stream:
    core = next(line.split()[4] for line in stream if line.startswith('Max core file size'))
said = {'cwd': os.readlink('/proc/%s/cwd' % found), 'core': core}
typed = b''
for key, echo in ((b'\x1a', b'^Z'), (b'\x03', b'^C'), (b'\x1c', b'^\\')):
    os.write(terminal, key)
    while echo not in typed:
        typed += os.read(terminal, 100)
said['stopped'] = state() == 'T'
os.close(held)
while not said['stopped'] and state() not in ('gone', 'Z'):
    time.sleep(0.01)
with open(answer) as stream:
    said['answer'] = stream.read()
print(json.dumps(said))
try:
    os.kill(int(found), 9)
except ProcessLookupError:  # It ended by itself, as it should.
    pass
