# -*- coding: utf-8 -*-
"""
Asks the host program, loaded into this very process, COUNT requests of a grammar and of mutations, each against a world of
files below FOLDER. After each request the world is compared with a model of what the limits allow. Prints a tally as JSON;
ends with 1 and the request at the first breach. Usage: PROGRAM FOLDER COUNT SEED
"""
import ast
import base64
import ctypes
import hashlib
import io
import json
import os
import random
import re
import resource
import shutil
import signal
import stat
import sys

program, folder, count, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
rnd = random.Random(seed)
at = lambda name: os.path.join(folder, name)
SECRET = b'the-secret-of-root-that-no-answer-holds'
OURS = b'# This file is kept by stackward for fuzz\n'
MARKS = ['01234567', 'abcdef0123456789', 'f' * 32]
NAMES = ['bridge-port-%s.json' % mark for mark in MARKS] + ['policy-rule-01234567.json'] + [
    'firewall-exception-%s.ipv%d' % (mark, family) for mark in MARKS for family in (4, 6)]
POLICIES = ['a.json', '10-site.yaml', 'b.yml']
# Paths that the limits let be written, as a list and not as a pattern of the program.
WRITABLE = set(['state/' + n for n in NAMES] + ['theirs/' + n for n in NAMES] + ['etc/policy.d/' + n for n in POLICIES + NAMES] +
               ['etc/policy.yaml', 'power', 'made/' + NAMES[0]])
# Of these, `swap-settings` may change the literals of some settings, and nothing else.
SETTINGS = set(['settings/local_settings.py', 'settings/local_settings.d/_1.py'])
SETTABLE = set(['DEBUG', 'TIME_ZONE', 'OPENSTACK_NEUTRON_NETWORK', 'WEBROOT'])
FOLDERS = set(['state', 'theirs', 'etc/policy.d', 'made'])
# A request with a character more or less can name another mark, or another policy file, and both are allowed.
NEAR = re.compile('(state|theirs|etc/policy[.]d|made)/(' + '|'.join(
    ['[a-z]+-[a-z]+-[0-9a-f]{8,32}[.]json', 'firewall-exception-[0-9a-f]{8,32}[.]ipv[46]']) + ')$|etc/policy[.]d/[A-Za-z0-9_][A-Za-z0-9_.-]*[.](json|ya?ml)$')
SETTINGS_TEXT = '''#  @SECRET
import os
DEBUG = True  # a word
TIME_ZONE = 'UTC'
OPENSTACK_NEUTRON_NETWORK = {
    'enable_router': True,  # 'enable_vpn': True
    'profile': None}
SECRET_KEY = '@SECRET'
LOGGING = {'handlers': {'console': {'class': 'logging.NullHandler'}}}
CACHE = 'redis://:@SECRET@cache'
if DEBUG:
    WEBROOT = os.sep + '@SECRET'
'''
libc = ctypes.CDLL(None, use_errno=True)


def put(name, content=b'x', mode=0o644, owner=0):
    with open(at(name), 'wb') as stream:
        stream.write(content)
    os.chown(at(name), owner, owner)
    os.chmod(at(name), mode)


def build():
    for name in os.listdir(folder):
        path = at(name)
        os.unlink(path) if os.path.islink(path) or not os.path.isdir(path) else shutil.rmtree(path)
    for name, mode, owner in (('open', 0o755, 0), ('state', 0o700, 0), ('etc', 0o755, 0), ('etc/policy.d', 0o755, 0),
                              ('theirs', 0o755, 4711), ('secret', 0o700, 0), ('program', 0o755, 0), ('settings', 0o755, 0),
                              ('settings/local_settings.d', 0o755, 0)):
        os.mkdir(at(name))
        os.chmod(at(name), mode)
        os.chown(at(name), owner, owner)
    put('open/file')
    put('open/ours', OURS)
    put('secret/file', SECRET, 0o600)
    put('secret/' + NAMES[0], SECRET + OURS, 0o600)
    put('etc/policy.yaml', b'x', 0o640, 4711)
    put('etc/other.yaml', SECRET)
    put('etc/policy.d/a.json', OURS, 0o600)
    put('power', b'x', 0o4755)
    put('state/' + NAMES[0], OURS, 0o600)
    put('state/run.sh', b'x', 0o755)
    put('theirs/' + NAMES[1], b'x', 0o666, 4711)
    os.symlink('../secret', at('theirs/in'))
    os.symlink('../secret/file', at('theirs/' + NAMES[2]))
    os.symlink('../secret', at('open/link'))
    os.symlink(at('etc'), at('alias'))
    os.link(at('secret/file'), at('theirs/' + NAMES[3]))
    os.mkfifo(at('open/pipe'))
    settings = SETTINGS_TEXT.replace('@SECRET', SECRET.decode('ascii')).encode('ascii')
    put('settings/local_settings.py', settings, 0o640, 4711)
    put('settings/local_settings.d/_1.py', b'DEBUG = False\r\nWEBROOT = DEBUG\r\n')
    put('secret/local_settings.py', settings)
    os.symlink('../../secret/local_settings.py', at('settings/local_settings.d/out.py'))
    put('program/stackward-host', b'')
    limits = {'read': [at('open/')], 'write': [at(name) + '/' for name in sorted(FOLDERS)] + [at('etc/policy.yaml'), at('power')],
              'settings': [at('settings/local_settings.py'), at('settings/local_settings.d/')], 'setting-names': ['WEBROOT']}
    put('program/stackward-host.limits', json.dumps(limits).encode('ascii'))


def attributes(path):
    size = libc.llistxattr(os.fsencode(path) if hasattr(os, 'fsencode') else path, None, ctypes.c_size_t(0))
    return max(size, 0)


known = {}


def look(path, status):
    """All but times; read again only where the file system says that something has changed."""
    key = (path, status.st_ino, status.st_ctime, status.st_mtime, status.st_size, status.st_mode, status.st_nlink)
    if key not in known:
        content = None
        if stat.S_ISLNK(status.st_mode):
            content = os.readlink(path)
        elif stat.S_ISREG(status.st_mode):
            with open(path, 'rb') as stream:
                content = stream.read()
        known[key] = (status.st_mode, status.st_uid, status.st_gid, attributes(path), content)
    return known[key]


def snapshot(top='', seen=None):
    """By name below the folder."""
    seen = {} if seen is None else seen
    for name in os.listdir(at(top)):
        name = os.path.join(top, name)
        status = os.lstat(at(name))
        seen[name] = look(at(name), status)
        if stat.S_ISDIR(status.st_mode):
            snapshot(name, seen)
    return seen


def base_of(statement):
    """The name of the setting that the statement assigns, or a key of which it assigns."""
    node = statement.targets[0] if isinstance(statement, ast.Assign) else None
    while isinstance(node, ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def is_plain(node):
    """A literal, a dictionary of literals, or the name of a setting that may be changed."""
    kinds = 'Constant Num Str NameConstant Name List Tuple Dict UnaryOp USub UAdd Load'.split()
    return all(type(part).__name__ in kinds for part in ast.walk(node)) and all(
        part.id in SETTABLE | set(['True', 'False', 'None']) for part in ast.walk(node) if isinstance(part, ast.Name))


def settings_breach(old, new):
    if old is None or new is None or new[:4] != old[:4]:
        return 'is no more what it was'
    try:
        trees = [ast.parse(content).body for content in (old[4], new[4])]
    except SyntaxError:
        return 'is no Python any more'
    others = [[ast.dump(each) for each in tree if base_of(each) not in SETTABLE] for tree in trees]
    if others[0] != others[1] or old[4].count(SECRET) != new[4].count(SECRET):
        return 'has changed beside its literals'
    known = set(ast.dump(each) for each in trees[0])
    strange = [each for each in trees[1] if base_of(each) in SETTABLE and ast.dump(each) not in known and not is_plain(each.value)]
    return 'computes' if strange else None


def breach_of(before, now):
    for name in set(before) | set(now):
        old, new = before.get(name), now.get(name)
        if old == new:
            continue
        if name in SETTINGS:
            breach = settings_breach(old, new)
            if breach is not None:
                return '%s %s: %r became %r' % (name, breach, old, new)
        elif name in FOLDERS:
            if new is not None and new[:4] != (0o40700, 0, 0, 0):
                return 'the folder %s became %o' % (name, new[0])
        elif name not in WRITABLE and not NEAR.match(name):
            return '%s changed from %r to %r' % (name, old, new)
        elif old is not None and (old[0] & 0o170000 != 0o100000 or old[0] & 0o6111):
            return '%s, which is no plain file, changed to %r' % (name, new)
        elif new is not None and new[:4] not in ((0o100600, 0, 0, 0), (0o100644, 0, 0, 0)) and (old is None or new[:4] != old[:4]):
            return '%s has become %o of %d:%d' % (name, new[0], new[1], new[2])
    return None


# --- the grammar --------------------------------------------------------------------------------------------------------

def pick(*values):
    return rnd.choice(values)


def odd(depth=2):
    kind = rnd.randrange(14)
    if kind == 0 and depth:
        return [odd(depth - 1) for _ in range(rnd.randrange(4))]
    if kind == 1 and depth:
        return dict((pick(u'verb', u'path', u'x', u'__class__'), odd(depth - 1)) for _ in range(3))
    return pick(None, True, False, 0, 1, -1, 2 ** 40, 1.5, 1e300, u'', u'x', u'\ud800', u'\udcff', u'\u0000', u'é😀', u'x' * 9000,
                u'4', 0o4755, 0o755, u'\u202e', u'/', u'..', u'{}', 4, 6)


def path():
    names = sorted(WRITABLE) + sorted(FOLDERS) + sorted(SETTINGS) + ['open/file', 'open/ours', 'open/pipe', 'open/link/file', 'open', 'secret/file', 'alias/policy.yaml',
             'etc/other.yaml', 'theirs/in/' + NAMES[0], 'theirs/in/file', 'state/run.sh', 'state/new.sh', 'program/stackward-host.limits',
             'program/stackward-host', 'state/sub/' + NAMES[0], 'etc/policy.d/x.sh', 'etc/policy.d/.x.json', 'alias/policy.d/a.json']
    chosen = at(rnd.choice(names)) if rnd.random() < 0.9 else pick('/etc/shadow', '/proc/self/environ', '/', '/dev/null', '/proc/1/root')
    if rnd.random() < 0.1:
        chosen = pick(chosen + '/', chosen + '/..', chosen.replace('/', '//'), chosen + '/.', '/.' + chosen, chosen[1:], chosen + u'\udcff',
                      chosen + '\0', chosen + 'x' * 300, chosen + '/x' * 2100, chosen + u'é', '/' + 'a/' * 70)
    return chosen


def sha(content):
    return hashlib.sha256(content).hexdigest()


def expect_of(q):
    """Mostly what is there, so that much is written."""
    try:
        if not os.path.isfile(q['path']):
            return None
        with open(q['path'], 'rb') as stream:
            return sha(stream.read())
    except (IOError, OSError, TypeError, ValueError):
        return None


ID = '6a0c5f0e-93c1-4a53-8a52-0c2d1f6a7b11'


def content():
    return base64.b64encode(pick(b'', b'x', OURS, OURS + b'y', b'z' * 9000, bytes(bytearray(range(256))))).decode('ascii')


def source_of(path, name):
    """Mostly what is there, as the program itself reads it."""
    if not host['is_setting_name'](name) or not os.path.isfile(path.replace('\0', '').encode('utf-8', 'replace')):
        return None
    try:
        with open(path, 'rb') as stream:
            text = host['PythonText'](stream.read(), path.encode('utf-8'))
        source = text.source_of(text.told(name)[-1])
        # A refusal may show what the request says.
        return None if SECRET.decode('ascii') in source else source
    except (IOError, OSError, IndexError, TypeError, ValueError, host['Failure']):
        return None


def setting_name():
    if rnd.random() < 0.5:
        return pick([u'DEBUG'], [u'TIME_ZONE'], [u'OPENSTACK_NEUTRON_NETWORK', u'enable_router'])
    return pick([u'OPENSTACK_NEUTRON_NETWORK', u'enable_router'],
                [u'OPENSTACK_NEUTRON_NETWORK', u'new'], [u'OPENSTACK_NEUTRON_NETWORK'], [u'WEBROOT'], [u'SECRET_KEY'], [u'CACHE'],
                [u'LOGGING', u'handlers', u'console', u'class'], [u'X'], [u'os'], [], [u'DEBUG', u"x'] = 1"], u'DEBUG', odd())


def settings_change(path):
    name = setting_name()
    literal = pick(u'True', u'False', u"'UTC'", u'None', u'-1', u"('a', ['b'])", u'DEBUG', u'SECRET_KEY', u"{'a': 1}", u"'%s'" % (u'x' * 20000),
                   u"__import__('os')", u"'a' if DEBUG else 'b'", u"'x'\nimport os", u'1; import os', u'1)', u'(1', u'1 # x', u'1)#', u"'''",
                   u'1)#', u"'\u00e9'", u'1 +\\\n1', u'', None, odd())
    expect = source_of(path, name) if rnd.random() < 0.9 else pick(None, u'True', odd())
    return {u'name': name, u'expect': expect, u'literal': literal}


def settings_question():
    chosen = at(rnd.choice(sorted(SETTINGS) * 3 + ['settings/local_settings.d/out.py', 'secret/local_settings.py', 'settings/new.py']))
    if rnd.random() < 0.1:
        chosen = path()
    if rnd.random() < 0.3:
        return {'verb': 'read-settings', 'path': chosen, 'names': [setting_name() for _ in range(pick(1, 1, 2))]}
    return {'verb': 'swap-settings', 'path': chosen, 'changes': [settings_change(chosen) for _ in range(pick(1, 1, 2))]}


def some(q, name, value, chance=0.3):
    if rnd.random() < chance:
        q[name] = value
    return q


def question():
    dice = rnd.random()
    if dice < 0.2:
        return {'verb': pick('read-file', 'read-file', 'digest-file'), 'path': path()}
    if dice < 0.3:
        return {'verb': pick('list-folder', 'read-config', 'read-interfaces', 'log-errors', 'log-start'), 'path': path()}
    if dice < 0.32:
        return {'verb': 'find-in-log', 'path': path(), 'ids': pick(['req-' + ID], [ID, ID], [], ['.*'], ID, [ID] * 5)}
    if dice < 0.45:
        return settings_question()
    if dice < 0.75:
        q = {'verb': 'swap-file', 'path': path(), 'content': content()}
        q['expect'] = expect_of(q) if os.path.isfile(q['path'].replace('\0', '').encode('utf-8', 'replace')) and rnd.random() < 0.9 else None
        some(q, 'mode', pick(0o600, 0o644, 0o644, 0o640, 0o755, 0o4755, 0o2644, 0o1644, 0o666, 0o622))
        some(q, 'folderMode', pick(0o700, 0o755, 0o4755), 0.03)
        for name in ('makeFolder', 'watchedFolder'):
            some(q, name, pick(True, True, False))
        return some(some(q, 'owner', 'nobody', 0.03), 'group', 'shadow', 0.03)
    if dice < 0.93:
        q = {'verb': 'remove-file', 'path': path()}
        q['expect'] = expect_of(q) or sha(b'')
        return some(q, 'removeFolder', True, 0.03)
    if dice < 0.985:
        return pick({'verb': 'bridge-ports'}, {'verb': 'run-reader', 'argv': pick(['sh', '-c', 'id'], ['ip', '-o', 'link', 'show', 'x'], [])},
                    {'verb': 'set-bridge-flag', 'bridge': 'qbr-none', 'port': pick('tap-none', '../x'), 'flag': 'learning', 'expect': True, 'value': False},
                    {'verb': 'restore-tables', 'family': 4, 'variant': 'nft', 'text': '*filter\n-P INPUT DROP\nCOMMIT\n', 'lockFile': path()},
                    {'verb': pick('swap', '', 'read_file', '__init__', u'read-file\u0000')})
    if dice < 0.99:
        # Of the limits that fuzzing has, none names a server.
        return pick({'verb': 'facts'}, {'verb': 'clock'}, {'verb': 'knock', 'server': pick('127.0.0.1', '::1', 'x' * 300, '-x', ''), 'port': pick(22, 3306, 0, 70000, '22')})
    return odd()


def mutated(q):
    if not isinstance(q, dict) or rnd.random() < 0.75:
        return q
    q = dict(q)
    name = rnd.choice(sorted(q))
    dice = rnd.random()
    if dice < 0.6:
        q[name] = odd()
    elif dice < 0.8:
        del q[name]
    else:
        q[pick(u'uid', u'mode ', u'Path', u'', u'\udcff', u'lockFile', u'owner')] = odd()
    return q


def request():
    whole = {'version': pick(2, 3, 5), 'access': pick('write', 'write', 'write', 'read'), 'deadlineSeconds': 60,
             'sequences': [[mutated(question()) for _ in range(rnd.randrange(3))] for _ in range(rnd.randrange(1, 4))]}
    if rnd.random() < 0.06:
        whole = mutated_whole(whole)
    body = json.dumps(whole)
    dice = rnd.random()
    if dice < 0.08:
        place = rnd.randrange(len(body))
        body = pick(body[:place], body[:place] + chr(rnd.randrange(128)) + body[place:], body[:place] + body[place + 1:],
                    body.replace('60', pick('NaN', '1e999', '9' * 5000, '-0', 'Infinity')), '[' * 50000, '{"a":' * 50000, body + body)
    size = len(body) if rnd.random() < 0.97 else pick(len(body) + 1, len(body) - 1, 0, 10 ** 11, 'x', '')
    return ('stackward-request %s\n%s' % (size, body)).encode('latin-1')


def mutated_whole(whole):
    name = rnd.choice(sorted(whole) + ['more'])
    if rnd.random() < 0.2:
        whole.pop(name, None)
    else:
        whole[name] = pick(odd(), pick(0, 601, -1, True, '60'), [[]] * 9000 if name == 'sequences' else 4, [odd()])
    return whole


# --- the run ------------------------------------------------------------------------------------------------------------

def check_answer(raw):
    answer = json.loads(raw.decode('ascii'))
    if (answer.pop('version'), answer.pop('oldest')) != (5, 2):
        return 'another version'
    if SECRET in raw or base64.b64encode(SECRET)[:40] in raw:
        return 'the secret is in the answer'
    given = [answer['refused']] if 'refused' in answer else [one for row in answer.get('answers', []) for one in row]
    if not set(answer) <= set(['refused', 'answers']):
        return 'an unknown form'
    for one in given:
        reason = 'ok' if one['ok'] else one['reason']
        tally[reason] = tally.get(reason, 0) + 1
        if reason == 'failed':
            return 'a failure that was not foreseen: %s' % one['detail']
    return None


def answer_to(asked):
    try:
        return host['answer_to'](host['receive'](io.BytesIO(asked), True))
    except host['Failure'] as failure:
        return host['refusal'](failure)


tally = {}
build()
limits = at('program/stackward-host')
host = {'__name__': 'stackward_host', '__file__': limits}
with open(program, 'rb') as source:
    exec(compile(source.read(), program, 'exec'), host)
before = snapshot()
descriptors = len(os.listdir('/proc/self/fd'))
for index in range(count):
    if index % 300 == 299:
        build()
        known.clear()
        before = snapshot()
    asked = request()
    raw = answer_to(asked)
    signal.alarm(0)
    now = snapshot()
    breach = check_answer(raw) or breach_of(before, now)
    if breach is None and len(os.listdir('/proc/self/fd')) != descriptors:
        breach = 'a descriptor stayed open'
    if breach is not None:
        print('case %d of seed %d: %s\n%r\n%r' % (index, seed, breach, asked[:3000], raw[:1000]))
        sys.exit(1)
    before = now
tally['MiB'] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
print(json.dumps(tally))
