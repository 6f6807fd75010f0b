"""
Logs messages on this machine as services do, or compares what collected logs hold with what was logged.

    log-messages.py send NAME COUNT [FROM]     logs those from number FROM on
    log-messages.py found FOLDER NAME:COUNT…   prints JSON: the names of the logs, rotated ones too, how many messages
                                               were logged, are lost, twice, or in a wrong log, and some such
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


def send(name, count, start='0'):
    log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    log.connect('/run/log.socket')
    for _, _, text in itertools.islice(messages(name, int(count)), int(start), None):
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
    lost, strange = logged - there, [key for key in there if key not in logged]
    twice = [key for key in logged if there[key] > logged[key]]
    print(json.dumps({'logs': sorted(logs), 'logged': sum(logged.values()), 'lost': sum(lost.values()), 'twice': len(twice),
                      'strange': len(strange), 'such': [' '.join(key) for key in list(lost)[:5] + twice[:5] + strange[:5]]}))


{'send': send, 'found': found}[sys.argv[1]](*sys.argv[2:])
