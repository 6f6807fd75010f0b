"""rabbitmq-plugins of RabbitMQ 3.10 in small, with a few of its plugins; an integration test compares it with the real tool.

The real one takes a second of a processor for each call. `list -v`, `list -m -E`, `enable` and `disable` do here what they do
there: whoever is disabled takes with it all that need it, and whoever is enabled is so by name.
"""
import io
import os
import re
import sys

NEEDS = {
    'rabbitmq_event_exchange': [],
    'rabbitmq_federation': ['amqp_client'],
    'rabbitmq_federation_management': ['amqp_client', 'rabbitmq_management', 'rabbitmq_federation'],
    'rabbitmq_management': ['amqp_client', 'rabbitmq_web_dispatch', 'rabbitmq_management_agent'],
    'rabbitmq_management_agent': ['rabbitmq_web_dispatch'],
    'rabbitmq_shovel': ['amqp10_client', 'amqp_client'],
    'rabbitmq_web_dispatch': ['cowboy'],
}
FILE = os.environ['RABBITMQ_ENABLED_PLUGINS_FILE']


def needed(names):
    found = set()
    rest = list(names)
    while rest:
        name = rest.pop()
        if name in NEEDS and name not in found:
            found.add(name)
            rest += NEEDS[name]
    return found


def main(words):
    with io.open(FILE) as stream:
        explicit = set(re.findall('[a-z][a-z0-9_]*', stream.read()))
    if words == ['list', '-m', '-E']:
        print('\n'.join(sorted(explicit)))
    elif words == ['list', '-v']:
        running = needed(explicit)
        print('Listing plugins with pattern ".*" ...\n Configured: E = explicitly enabled; e = implicitly enabled')
        print(' | Status: * = running on rabbit@ctl1\n |/')
        for name in sorted(NEEDS):
            mark = 'E*' if name in explicit else 'e*' if name in running else '  '
            print('[%s] %s\n     Version:     \t3.10.8\n     Dependencies:\t[%s]\n     Description: \tA plugin' % (
                mark, name, ','.join(NEEDS[name])))
    else:
        named = set(words[1:])
        if words[0] == 'enable':
            explicit |= named
        else:
            explicit = set(name for name in explicit if not needed([name]) & named)
        with io.open(FILE, 'w') as stream:
            stream.write(u'[%s].\n' % ','.join(sorted(explicit)))


main([word for word in sys.argv[1:]])
