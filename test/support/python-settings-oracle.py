"""Runs settings before and after an edit under this very Python: [[before, after], ...] on stdin, for each what differs.

The answer to a pair is {"name": [was, is]}: names of the module, with the keys of dictionaries behind dots; null stands for
what is not there. What a settings file imports of Django and Horizon is replaced by next to nothing.
"""
import io
import json
import sys
import types


def module(name, **names):
    made = types.ModuleType(str(name))
    made.__dict__.update(names)
    sys.modules[name] = made
    if '.' in name:
        parent, _, own = name.rpartition('.')
        if parent not in sys.modules:
            module(parent)
        setattr(sys.modules[parent], own, made)


def lazy(*words):
    return words[-1]


module('django.utils.translation', gettext_lazy=lazy, ugettext_lazy=lazy, pgettext_lazy=lazy)
module('horizon.utils.secret_key', generate_or_read_from_file=lambda path: 'secret of ' + path)
module('openstack_dashboard.exceptions', RECOVERABLE=('r',), NOT_FOUND=('n',), UNAUTHORIZED=('u',))


def run(text):
    module('openstack_dashboard.settings', HORIZON_CONFIG={'ajax_queue_limit': 10})
    names = {'__file__': '/etc/openstack-dashboard/local_settings.py', '__name__': 'local_settings'}
    exec(compile(text.encode('utf-8'), 'local_settings.py', 'exec'), names)
    return dict(flat(name, value) for root in names if not root.startswith('__') for name, value in walk(root, names[root]))


def walk(name, value):
    if isinstance(value, dict) and value:
        for key in value:
            for pair in walk('%s.%s' % (name, key), value[key]):
                yield pair
    else:
        yield name, value


def flat(name, value):
    try:
        return name, json.loads(json.dumps(value))
    except (TypeError, ValueError):
        return name, type(value).__name__


def differences(before, after):
    was, now = run(before), run(after)
    return dict((name, [was.get(name), now.get(name)]) for name in set(was) | set(now)
                if (name in was, was.get(name)) != (name in now, now.get(name)) or
                type(was.get(name)) is not type(now.get(name)))


json.dump([differences(*pair) for pair in json.load(io.open(0, 'r', encoding='utf-8'))], sys.stdout)
