"""Asks the real oslo.policy, whatever version is on the path: JSON on stdin, JSON on stdout.

cases: rule sets, one rule, one target, several credentials -> per set and credentials admitted, denied or error; or
`unloadable`. files: texts -> what the library reads of them, or null. defaults: see `deprecated`.
"""
import inspect
import json
import logging
import os
import sys
import tempfile

from oslo_config import cfg
from oslo_policy import policy

logging.disable(logging.CRITICAL)
# The newest library asks at every check for the arguments of that check's method, which takes most of the time.
ARGUMENTS, KNOWN = inspect.getfullargspec, {}
inspect.getfullargspec = lambda method: KNOWN.get(method.__func__) or KNOWN.setdefault(method.__func__, ARGUMENTS(method))
CONF = cfg.ConfigOpts()
CONF([])
ENFORCER = policy.Enforcer(CONF, use_conf=False, default_rule='default')
# A rule that refers to itself need not be followed a thousand times.
sys.setrecursionlimit(250)


def load(rules):
    if hasattr(policy.Rules, 'from_dict'):
        return policy.Rules.from_dict(rules, 'default')
    return policy.Rules.load_json(json.dumps(rules), 'default')


def verdict(enforcer, rule, target, creds):
    try:
        return 'admitted' if enforcer.enforce(rule, target, creds) else 'denied'
    except BaseException:
        return 'error'


def case(one):
    answers = []
    for rules in one['sets']:
        try:
            ENFORCER.set_rules(load(rules), True, False)
        except Exception:
            answers.append('unloadable')
            continue
        answers.append([verdict(ENFORCER, one['rule'], dict(one['target']), dict(creds)) for creds in one['creds']])
    return answers


def read(text):
    try:
        return policy.parse_file_contents(text)
    except Exception:
        return None


def deprecated(one):
    """A service with these defaults in its code, before and after each of these files: who is admitted?"""
    answers = []
    for content in one['files']:
        folder = tempfile.mkdtemp()
        path = os.path.join(folder, 'policy.yaml')
        with open(path, 'w') as stream:
            stream.write(content)
        conf = cfg.ConfigOpts()
        enforcer = policy.Enforcer(conf, policy_file=path)
        conf([])
        conf.set_override('enforce_new_defaults', False, group='oslo_policy')
        enforcer.suppress_deprecation_warnings = True
        for name, check in one['others'].items():
            enforcer.register_default(policy.RuleDefault(name, check))
        old = policy.DeprecatedRule(one['rule'], one['deprecated'], deprecated_reason='x', deprecated_since='x')
        enforcer.register_default(policy.RuleDefault(one['rule'], one['check'], deprecated_rule=old))
        answers.append([verdict(enforcer, one['rule'], dict(one['target']), dict(creds)) for creds in one['creds']])
    return answers


asked = json.load(sys.stdin)
json.dump({
    'cases': [case(one) for one in asked['cases']],
    'files': [read(text) for text in asked['files']],
    'defaults': [deprecated(one) for one in asked['defaults']],
}, sys.stdout)
