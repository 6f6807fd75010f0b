"""Reads the policy rules of one service out of its package: `read.py SERVICE WHEEL...`, JSON on stdout.

rules: name -> check, for_removal, and old (name, check), the deprecated rule beside it, or null.
attributes, of Neutron: `resources:attribute` that is guarded by a rule of its own -> the parts of its value that are too,
where it is a map.
The package's own policy modules run, and neutron-lib's beside them; nothing is installed. Every other module they import is a
stand-in, which ends the run where a text would be made of it: a rule that is read is the rule that the service has.
"""
import importlib
import importlib.abc
import importlib.machinery
import json
import pkgutil
import sys
import types

POLICIES = {
    'nova': 'nova.policies',
    'cinder': 'cinder.policies',
    'glance': 'glance.policies',
    'keystone': 'keystone.common.policies',
    'neutron': 'neutron.conf.policies',
}
# Of which Neutron's policies and its maps of attributes are made.
READ = (
    'neutron_lib.api', 'neutron_lib.constants', 'neutron_lib.db.constants', 'neutron_lib.policy', 'neutron_lib.services',
    'neutron.common._constants', 'neutron.common.ovn.constants', 'neutron.extensions',
)
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


def parts(attribute):
    """Those of a map that its validator names."""
    for kind, of in (attribute.get('validate') or {}).items():
        if kind.startswith(('type:dict', 'type:list_of_dict')) and isinstance(of, dict):
            return sorted(of)
    return []


def attributes():
    """Of all that Neutron comes with: its resources, and what extensions add to them."""
    found = {}
    maps = [importlib.import_module('neutron_lib.api.attributes').RESOURCES]
    for package in ('neutron_lib.api.definitions', 'neutron.extensions'):
        for one in pkgutil.iter_modules(importlib.import_module(package).__path__):
            module = importlib.import_module(package + '.' + one.name)
            maps += [getattr(module, name, None) for name in ('RESOURCE_ATTRIBUTE_MAP', 'EXTENDED_ATTRIBUTES_2_0')]
    for resources in maps:
        for resource, of in resources.items() if isinstance(resources, dict) else ():
            for name, attribute in of.items() if isinstance(of, dict) else ():
                if isinstance(attribute, dict) and attribute.get('enforce_policy'):
                    found.setdefault('%s:%s' % (resource, name), set()).update(parts(attribute))
    return {name: sorted(of) for name, of in found.items()}


def main(service):
    sys.path[:0] = WHEELS
    policy = types.ModuleType('oslo_policy.policy')
    policy.RuleDefault, policy.DocumentedRuleDefault, policy.DeprecatedRule = Rule, DocumentedRule, OldRule
    library = types.ModuleType('oslo_policy')
    library.policy, library.__getattr__, policy.__getattr__ = policy, stand_in, stand_in
    for name in ('neutron._i18n', 'neutron_lib._i18n'):
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name]._ = text
    sys.modules.update({'oslo_policy': library, 'oslo_policy.policy': policy})
    sys.meta_path.insert(0, Finder([POLICIES[service], *READ]))
    read = {'rules': rules(service), 'attributes': attributes() if service == 'neutron' else {}}
    json.dump(read, sys.stdout, sort_keys=True)


main(sys.argv[1])
