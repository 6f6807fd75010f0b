"""Neutron's agent up to Liberty 7.0.1 as it applies its rules: it saves all tables, and restores them all (iptables_manager.py,
`_apply_synchronized`), under its lock. Between the two it waits for a line on stdin.

usage: firewall-kilo-agent.py LOCK iptables-nft [until-waited-for]
"""
import fcntl
import os
import subprocess
import sys
import time


def is_waited_for(path):
    """Another program has the lock's file open."""
    real = os.path.realpath(path)
    for pid in os.listdir('/proc'):
        if not pid.isdigit() or int(pid) == os.getpid():
            continue
        try:
            links = [os.readlink('/proc/%s/fd/%s' % (pid, fd)) for fd in os.listdir('/proc/%s/fd' % pid)]
        except OSError:
            continue
        if real in links:
            return True
    return False


lock, tool = sys.argv[1:3]
with open(lock, 'w') as stream:
    fcntl.lockf(stream, fcntl.LOCK_EX)
    saved = subprocess.check_output([tool + '-save', '-c'])
    print('saved', flush=True)
    if sys.argv[3:] == ['until-waited-for']:
        while not is_waited_for(lock):
            time.sleep(0.01)
    else:
        sys.stdin.readline()
    subprocess.run([tool + '-restore', '-c'], input=saved, check=True)
print('restored', flush=True)
