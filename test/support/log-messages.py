"""
Logs messages on this machine as services do, or compares what collected logs hold with what was logged.

    log-messages.py send NAME COUNT            logs them
    log-messages.py found FOLDER NAME:COUNT…   prints JSON: the names of the logs, rotated ones too, how many messages are in
                                               them, and at most ten that are missing, twice, or in a wrong log
"""
import collections
import gzip
import itertools
import json
import os
import re
import socket
import sys

# Facilities of user, daemon, auth, cron, authpriv, local0 and local7, with each severity.
FACILITIES = [1, 3, 4, 9, 10, 16, 23]
PROGRAMS = ['nova-compute', 'neutron-openvswitch-agent', 'cinder-volume', 'sshd', 'CRON', 'novacompute', 'nova', 'a/b', '%name%',
            'a-program-whose-name-is-longer-than-thirty-two-letters', "quo'te", 'neutron_agent', 'Nova-compute', '-', '../x']
OPENSTACK = ('nova-compute', 'neutron-openvswitch-agent', 'cinder-volume')


def messages(name, count):
    """(id, class of the log in which it belongs, text)"""
    kinds = itertools.cycle([(f, p) for f in FACILITIES for p in PROGRAMS])
    for number, (facility, program) in zip(range(count), kinds):
        text = '<%d>Nov 29 14:00:00 %s[%d]: id=%s-%d %s' % (facility * 8 + number % 8, program, number, name, number, 'x' * (number % 300))
        yield '%s-%d' % (name, number), 'openstack' if facility == 16 or program in OPENSTACK else 'syslog', text


def send(name, count):
    log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    log.connect('/run/log.socket')
    for _, _, text in messages(name, int(count)):
        log.send(text.encode('ascii'))


def found(folder, *senders):
    there, logs = collections.Counter(), set()
    for top, _, files in os.walk(folder):
        for file in files:
            log = os.path.relpath(os.path.join(top, re.sub('[.][0-9]+([.]gz)?$', '', file)), folder)
            logs.add(log)
            with (gzip.open if file.endswith('.gz') else open)(os.path.join(top, file), 'rb') as stream:
                for told in re.finditer(b' id=([^ \\n]+)', stream.read()):
                    there[log, told.group(1).decode('ascii')] += 1
    logged = collections.Counter()
    for name, count in (sender.split(':') for sender in senders):
        for key, kind, _ in messages(name, int(count)):
            logged['hosts/%s/%s.log' % (name, kind), key] += 1
            logged['all/%s.log' % kind, key] += 1
    wrong = ['%s %s: %d instead of %d' % (key + (there[key], logged[key])) for key in set(there) | set(logged) if there[key] != logged[key]]
    print(json.dumps({'logs': sorted(logs), 'logged': sum(logged.values()), 'found': sum(there.values()), 'wrong': sorted(wrong)[:10]}))


{'send': send, 'found': found}[sys.argv[1]](*sys.argv[2:])
