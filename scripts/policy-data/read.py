"""Reads the policy rules of one service out of its package: `read.py SERVICE WHEEL...`, JSON on stdout.

Name -> check, for_removal, and old (name, check), the deprecated rule beside it, or null.
The package's own policy modules run, and neutron-lib's beside them; nothing is installed. Every other module they import is a
stand-in, which ends the run where a text would be made of it: a rule that is read is the rule that the service has.
"""
import importlib
import importlib.abc
import importlib.machinery
import json
import sys
import types

POLICIES = {
    'nova': 'nova.policies',
    'cinder': 'cinder.policies',
    'glance': 'glance.policies',
    'keystone': 'keystone.common.policies',
    'neutron': 'neutron.conf.policies',
}
WHEELS = sys.argv[2:]


class StandIn(type):
    """A class, a function, a decorator, a module's attribute: whatever is asked of it, but a text or an entry of a map."""

    def __getattr__(cls, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return stand_in(name)

    def __call__(cls, *args, **kwargs):
        return stand_in('called')

    def _refuse(cls, *args):
        raise TypeError('%s is a stand-in, and a text would be made of it' % cls.__name__)

    __str__ = __repr__ = __format__ = __add__ = __radd__ = __mod__ = __rmod__ = _refuse


def stand_in(name):
    return StandIn(name, (), {})


class Rule(object):
    def __init__(self, name, check_str, description=None, deprecated_rule=None, deprecated_for_removal=False, **_):
        self.name, self.check = name, text(check_str)
        self.old, self.for_removal = deprecated_rule, bool(deprecated_for_removal)


class DocumentedRule(Rule):
    def __init__(self, name, check_str, description, operations, deprecated_rule=None, deprecated_for_removal=False, **_):
        Rule.__init__(self, name, check_str, description, deprecated_rule, deprecated_for_removal)


class OldRule(object):
    def __init__(self, name, check_str, **_):
        self.name, self.check = name, text(check_str)


def text(value):
    if not isinstance(value, str):
        raise TypeError('%r is no check string' % (value,))
    return value


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Packages of the wheels without what their __init__ does, but for `real`; the rest stand-ins."""

    def __init__(self, real):
        self.real = real

    def is_read(self, name):
        return name.split('.')[0] in ('neutron_lib', POLICIES[sys.argv[1]].split('.')[0])

    def find_spec(self, name, path=None, target=None):
        top = name.split('.')[0]
        if top in sys.stdlib_module_names:
            return None
        if self.is_read(name):
            found = importlib.machinery.PathFinder.find_spec(name, path or WHEELS)
            if found is None or any(name == one or name.startswith(one + '.') for one in self.real):
                return found
            return importlib.machinery.ModuleSpec(name, self, is_package=found.submodule_search_locations is not None)
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        module = types.ModuleType(spec.name)
        if self.is_read(spec.name):
            module.__path__ = [wheel + '/' + spec.name.replace('.', '/') for wheel in WHEELS]
        module.__getattr__ = lambda name: self.attribute(spec.name, name)
        return module

    def attribute(self, module, name):
        if name.startswith('__'):
            raise AttributeError(name)
        try:
            return importlib.import_module(module + '.' + name) if self.is_read(module) else stand_in(name)
        except ModuleNotFoundError:
            return stand_in(name)

    def exec_module(self, module):
        pass


def rules(service):
    found = {}
    for rule in importlib.import_module(POLICIES[service]).list_rules():
        old = rule.old and [rule.old.name, rule.old.check]
        if rule.name in found:
            raise ValueError('%s is there twice' % rule.name)
        found[rule.name] = {'check': rule.check, 'for_removal': rule.for_removal, 'old': old}
    return found


def main(service):
    sys.path[:0] = WHEELS
    policy = types.ModuleType('oslo_policy.policy')
    policy.RuleDefault, policy.DocumentedRuleDefault, policy.DeprecatedRule = Rule, DocumentedRule, OldRule
    library = types.ModuleType('oslo_policy')
    library.policy, library.__getattr__, policy.__getattr__ = policy, stand_in, stand_in
    sys.modules.update({'oslo_policy': library, 'oslo_policy.policy': policy})
    sys.meta_path.insert(0, Finder([POLICIES[service], 'neutron_lib.policy', 'neutron_lib.constants']))
    json.dump(rules(service), sys.stdout, sort_keys=True)


main(sys.argv[1])
