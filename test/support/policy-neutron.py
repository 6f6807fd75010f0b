"""Asks the real Neutron of this environment whom its rules admit: JSON on stdin, JSON on stdout.

cases: a rule and the text of a policy file, or null for none -> for each credentials and target, in this order, a letter:
admitted, denied or error. The credentials are roles and project; those that Neutron makes of them are answered as well.
"""
import importlib
import json
import logging
import os
import pkgutil
import sys
import tempfile

logging.disable(logging.CRITICAL)

from neutron import policy  # noqa: E402
from neutron.conf import common  # noqa: E402,F401
from neutron_lib import context  # noqa: E402
from neutron_lib.api import attributes, definitions  # noqa: E402
from oslo_config import cfg  # noqa: E402

cfg.CONF([])
# A server does this as it loads its extensions; a field is compared by the type that is found here.
for one in pkgutil.iter_modules(definitions.__path__):
    module = importlib.import_module('neutron_lib.api.definitions.' + one.name)
    for resource, of in (getattr(module, 'RESOURCE_ATTRIBUTE_MAP', None) or {}).items():
        attributes.RESOURCES.setdefault(resource, {}).update(of)
FOLDER = tempfile.mkdtemp()
PATH = os.path.join(FOLDER, 'policy.yaml')


def start(text):
    if os.path.exists(PATH):
        os.unlink(PATH)
    if text is not None:
        with open(PATH, 'w') as stream:
            stream.write(text)
    policy.reset()
    policy.init(policy_file=PATH)
    policy._ENFORCER.suppress_deprecation_warnings = True
    return policy._ENFORCER


def values(roles, project):
    # The name of the project differs between releases.
    try:
        made = context.Context(user_id='u', project_id=project, roles=roles, is_admin=False)
    except TypeError:
        made = context.Context(user_id='u', tenant_id=project, roles=roles, is_admin=False)
    made.is_admin = 'admin' in roles
    return made.to_policy_values()


def letter(enforcer, rule, target, creds):
    try:
        return 'a' if enforcer.enforce(rule, dict(target), dict(creds)) else 'd'
    except Exception:
        return 'e'


asked = json.load(sys.stdin)
start(None)
creds = [values(**one) for one in asked['credentials']]
answers = []
for rule, text in asked['cases']:
    enforcer = start(text)
    answers.append(''.join(letter(enforcer, rule, target, one) for one in creds for target in asked['targets']))
plain = [{key: value for key, value in dict(one).items() if isinstance(value, (str, bool, list))} for one in creds]
json.dump({'credentials': plain, 'answers': answers}, sys.stdout)
