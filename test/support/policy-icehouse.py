"""Icehouse's policy engine in short, written from the description of its grammar and not from stackward's parser: a
shift-reduce parser over `( ) and or not check string`, greedy, without the rule that mixes "and" into "or".

Same questions and answers as policy-oracle.py. Source: nova@icehouse-eol openstack/common/policy.py.
"""
import json
import re
import sys

sys.setrecursionlimit(300)


def check(text):
    if text in ('!', '@'):
        return lambda rules, target, creds: text == '@'
    if ':' not in text:
        return lambda rules, target, creds: False
    kind, match = text.split(':', 1)

    def rule(rules, target, creds):
        try:
            return find(rules, match)(rules, target, creds)
        except KeyError:
            return False

    def role(rules, target, creds):
        return match.lower() in [one.lower() for one in creds['roles']]

    def generic(rules, target, creds):
        value = match % target
        return kind in creds and value == str(creds[kind])
    return {'rule': rule, 'role': role}.get(kind, generic)


def find(rules, name):
    return rules[name] if name in rules else rules['default']


def every(checks):
    return lambda *ask: all(one(*ask) for one in checks)


def some(checks):
    return lambda *ask: any(one(*ask) for one in checks)


def tokens(text):
    for word in re.split('[ \t\n\r\f\v]+', text):
        while word.startswith('('):
            yield '(', None
            word = word[1:]
        clean = word.rstrip(')')
        if clean.lower() in ('and', 'or', 'not'):
            yield clean.lower(), None
        elif clean:
            quoted = len(word) > 1 and word[0] == word[-1] and word[0] in '\'"'
            yield ('string', None) if quoted else ('check', check(clean))
        for _ in word[len(clean):]:
            yield ')', None


def reduce(stack):
    """One step, or None. `and` and `or` hold lists of checks."""
    kinds = tuple(kind for kind, _ in stack)
    values = [value for _, value in stack]
    if len(kinds) > 2 and kinds[-3] == '(' and kinds[-1] == ')' and kinds[-2] in ('check', 'all', 'any'):
        inner = {'check': lambda v: v, 'all': every, 'any': some}[kinds[-2]](values[-2])
        return stack[:-3] + [('check', inner)]
    for word, kind in (('and', 'all'), ('or', 'any')):
        if kinds[-3:] == ('check', word, 'check'):
            return stack[:-3] + [(kind, [values[-3], values[-1]])]
        if kinds[-3:] == (kind, word, 'check'):
            return stack[:-3] + [(kind, values[-3] + [values[-1]])]
    if kinds[-2:] == ('not', 'check'):
        return stack[:-2] + [('check', lambda *ask: not values[-1](*ask))]
    return None


def parse(value):
    if not isinstance(value, str):
        if not value:
            return lambda *ask: True
        groups = [[one] if isinstance(one, str) else one for one in value if one]
        return some([every([check(one) for one in group]) for group in groups])
    if not value:
        return lambda *ask: True
    stack = []
    for token in tokens(value):
        stack.append(token)
        while True:
            reduced = reduce(stack)
            if reduced is None:
                break
            stack = reduced
    if len(stack) != 1:
        return lambda *ask: False
    kind, inner = stack[0]
    # A stray token is what the stack holds: it can't be called.
    return {'check': lambda v: v, 'all': every, 'any': some}.get(kind, lambda v: None)(inner)


def verdict(rules, name, target, creds):
    try:
        return 'admitted' if find(rules, name)(rules, target, creds) else 'denied'
    except KeyError:
        return 'denied'
    except Exception:
        return 'error'


def case(one):
    sets = [dict((name, parse(value)) for name, value in rules.items()) for rules in one['sets']]
    return [[verdict(rules, one['rule'], one['target'], creds) for creds in one['creds']] for rules in sets]


asked = json.load(sys.stdin)
json.dump({'cases': [case(one) for one in asked['cases']], 'files': [], 'defaults': []}, sys.stdout)
