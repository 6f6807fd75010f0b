#!/usr/bin/python3 -Es
# -*- coding: utf-8 -*-
"""stackward's program on a host: it reads JSON requests from stdin and writes a JSON answer to each to stdout, until stdin ends.

Python 2.7 and 3, standard library only. docs/adr/0005-host-program.md has the reasons for this design, and lib/hosts/host.ts
the requests and answers of each verb. Paths are bytes in this program; bytes that are not UTF-8 travel as U+DC80..U+DCFF.
Raise VERSION for a new verb, or for a new field of a request. Raise OLDEST as well if a meaning changes. The answer of a verb
never gets a new field, because the stackward of an earlier release would refuse it.
"""
import os

# Before a library is loaded that asks it: OpenSSL, below hashlib, reads what OPENSSL_CONF names. `shed` sets what the program needs.
os.environ.clear()

import base64
import binascii
import bisect
import codecs
import errno
import fcntl
import grp
import hashlib
import json
import pwd
import re
import resource
import select
import signal
import stat
import struct
import subprocess
import sys
import termios
import time
import warnings
import zlib


class Later(object):
    """A module that is imported when it is first used, because few requests use it."""

    def __init__(self, name):
        self.name = name

    def __getattr__(self, attribute):
        return getattr(__import__(self.name), attribute)


class Pattern(object):
    """A regular expression that is compiled when it is first used. All of them take longer than reading a request and answering it."""

    def __init__(self, pattern, flags=0):
        self.pattern, self.flags = pattern, flags

    def __getattr__(self, method):
        found = getattr(re.compile(self.pattern, self.flags), method)
        setattr(self, method, found)
        return found


ast, socket, tokenize = Later('ast'), Later('socket'), Later('tokenize')


def define(program):
    """
    Runs the whole text of this program, but compiles a function when it is first called. Compiling them all takes longer than
    the rest of a session. Two blank lines end a function. This program calls it when it was sent, because Python compiles a
    file as a whole.
    """
    space = globals()

    def at_first_call(name, text, above):
        def function(*values, **named):
            if space[name] is function:
                # Python 2.7.8 has no `exec` here.
                eval(compile(b'\n' * above + text, 'stackward-host', 'exec'), space)
            return space[name](*values, **named)
        return function

    others, above = [], 0
    for part in program.split(b'\n\n\n'):
        is_function = part.startswith(b'def ') and not part.startswith(b'def define(')
        if is_function:
            name = str(part[4:part.index(b'(')].decode('ascii'))
            space[name] = at_first_call(name, part, above)
        others.append(b'\n' * part.count(b'\n') if is_function else part)
        above += part.count(b'\n') + 3
    eval(compile(b'\n\n\n'.join(others), 'stackward-host', 'exec'), space)


### The head of the program ends here (adapters/host/host-program.ts).

VERSION = 5
OLDEST = 2

PYTHON2 = sys.version_info[0] == 2
IS_SENT = 'sent' in globals()
PROGRAM = None if IS_SENT else os.path.realpath(__file__)
MAX_FILE = 16 << 20
MAX_REQUEST = 24 << 20
MAX_ANSWER = 24 << 20
MAX_OUTPUT = 24 << 20  # The output of a tool.
MAX_TABLES = 64 << 20  # The output of iptables-save, which is packed while it prints.
MAX_MEASURED = 256 << 20  # A file that is read in blocks, and not kept in memory.
MAX_QUESTIONS = 8192  # The sequences that contain the questions are counted too.
MAX_VALUES = 1 << 18  # Values in a request's JSON: an empty list takes two bytes there, and more than a hundred in memory.
MAX_FOLDER = 4 << 20
MAX_DETAIL = 2000
DEADLINES = (1, 600)
REQUEST_SECONDS = 60  # The time for a whole request to arrive.
IDLE_SECONDS = 300  # The time until the next request begins.
SESSION_SECONDS = 3600  # After this time no further request is read.
LOCK_SECONDS = 10
STACK = 8 << 20
KNOCK_SECONDS = 5  # The time for the connection, and again for the first bytes.
KNOCK_BYTES = 256
MAX_ADDRESSES = 4  # The most addresses of one name that are tried.
MAX_RACES = 20  # How often one transaction is tried again after another program changed the tables.
HEADER = b'This file is kept by stackward'
# The same folders as sudo's own secure_path. The caller's PATH is never used.
ENVIRONMENT = {'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL': 'C'}
TOOLS = ['iptables-restore', 'iptables-nft-restore', 'iptables-legacy-restore', 'ip6tables-restore', 'systemctl',
         'initctl', 'ovs-vsctl', 'ovs-ofctl', 'docker', 'podman', 'oslopolicy-policy-generator']
VHOST = '(?:/|/?[A-Za-z0-9_][A-Za-z0-9_.@-]*)'
WORD = '[A-Za-z0-9_][A-Za-z0-9_.@-]*'
PACKAGES = '[*][a-z0-9.-]{2,40}[*]'
UNIT_PROPERTIES = 'Id,LoadState,ActiveState,SubState,UnitFileState,FragmentPath,DropInPaths,ExecMainStatus,StateChangeTimestamp'
# The names that Neutron's L3 agent gives a router's namespaces.
ROUTER = '(qrouter|snat|fip)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
# Whole command lines, word by word. Any other argument might be an option that writes.
READERS = [[Pattern('(?:%s)\\Z' % word) for word in line.split(' ')] for line in (
    'ip(6)?tables (-V|--version)',
    'ip -o link show',
    'ip -s -o link',
    'ip netns list',
    'ip -o addr show',
    'ip -o route get [0-9a-fA-F.:]{2,45}',
    'iperf3 --version',
    'ip netns exec %s ip -o addr show' % ROUTER,
    'ip netns exec %s ip -s -o link' % ROUTER,
    'ip netns exec %s ip (route|neigh) show' % ROUTER,
    'ip netns exec %s iptables-save -c -t nat' % ROUTER,
    'ipset save',
    'ip(6)?tables-(nft|legacy)-save',
    'ovs-vsctl --format=json list (bridge|port|interface)',
    'ovs-ofctl dump-flows %s table=[0-9]+' % WORD,
    'systemctl (is-active|is-enabled) %s' % WORD,
    'initctl status %s' % WORD,
    '(docker|podman) ps',
    'oslopolicy-policy-generator --namespace %s' % WORD,
    re.escape('dpkg-query -W -f=${Package}|${Version}|${Status}\\n').replace('\\ ', ' ') + ' %s' % PACKAGES,
    re.escape('rpm -qa --qf %{NAME}|%{VERSION}-%{RELEASE}|installed\\n').replace('\\ ', ' ') + ' %s' % PACKAGES,
    'rabbitmq-plugins list -v',
    'rabbitmqctl (--formatter=json|-q) (list_vhosts|cluster_status)',
    'rabbitmqctl (--formatter=json|-q) list_connections peer_host user vhost state',
    'rabbitmqctl (--formatter=json|-q) list_queues -p %s name messages_ready messages_unacknowledged consumers' % VHOST,
    'systemctl show --property=%s %s' % (UNIT_PROPERTIES, WORD),
)]
# The same as in lib/iptables/own-chain.ts. iptables-restore reads the part of a line after 10,239 bytes as another line.
LONGEST_LINE = 1024
MOST_RULES = 16384
# No agent's wrap name fits into a chain's name. An agent deletes a rule with its wrap name (`neutron-openvswi-`) anywhere in
# it.
CHAIN = Pattern('stackward-[0-9a-f]{8,18}\\Z')
HOOK = b'\n:neutron-filter-top '
JUMPS_FROM = {'mangle': 'FORWARD', 'filter': 'neutron-filter-top'}
# One rule in the kernel's own spelling. read_rule decides which parts may be combined.
RULE = Pattern(
    '(?:-s (?P<source>[0-9a-f.:/]+) )?(?:-d (?P<destination>[0-9a-f.:/]+) )?(?P<udp>-p udp )?'
    '-m physdev --physdev-in (?P<into>[A-Za-z0-9_][A-Za-z0-9_.:@-]{0,14})'
    ' --physdev-out (?P<out>[A-Za-z0-9_][A-Za-z0-9_.:@-]{0,14}) --physdev-is-bridged '
    '(?:-m udp --sport (?P<sport>67|547) --dport (?P<dport>68|546) )?'
    '(?:-m mac --mac-source (?P<mac>[0-9a-f]{2}(?::[0-9a-f]{2}){5}) )?'
    '(?:-m mark --mark (?P<mark>0x[1248]0{0,7})/(?P=mark) )?'
    '-m comment --comment (?P<comment>stackward:(?:[A-Za-z0-9_./:@+=,~-]|%[0-9A-F]{2})+) '
    '-j (?P<verdict>ACCEPT|RETURN|MARK --set-xmark (?P<bit>0x[1248]0{0,7})/(?P=bit))\\Z')
# The options that match replies of a DHCP server.
DHCP = {4: ('-p udp ', '67', '68'), 6: ('-p udp ', '547', '546')}
TAP = Pattern('tap[0-9a-f-]{1,11}\\Z')
MANAGERS = [('Ansible', Pattern(b'(?i)ansible[ _-]managed|managed by ansible')),
            ('Puppet', Pattern(b'(?i)managed by puppet|autogenerated[^\n]{0,80}by puppet'))]
FLAGS = ['hairpin_mode', 'learning', 'unicast_flood']
DEVICE = Pattern('[A-Za-z0-9_@:-][A-Za-z0-9_.@:-]{0,14}\\Z')
NET = '/sys/class/net'
ERRORS = {errno.ENOENT: 'absent', errno.ENOTDIR: 'absent', errno.EACCES: 'not-allowed', errno.EPERM: 'not-allowed',
          errno.EROFS: 'read-only', errno.ENOSPC: 'full', errno.EDQUOT: 'full', errno.EFBIG: 'full', errno.EBUSY: 'mount-point', errno.EXDEV: 'mount-point',
          errno.EEXIST: 'changed', errno.ELOOP: 'changed', errno.EAGAIN: 'busy', errno.ENAMETOOLONG: 'invalid'}


class Failure(Exception):
    def __init__(self, reason, detail):
        Exception.__init__(self, detail)
        self.reason, self.detail = reason, detail


def failure_of(error):
    if isinstance(error, Failure):
        return error
    where = '' if error.filename is None else '%s: ' % to_text(error.filename)
    return Failure(ERRORS.get(error.errno, 'failed'), where + (error.strerror or str(error)))


class Overdue(BaseException):
    """The deadline has passed. A BaseException, so that no `except Exception` catches it."""


def to_bytes(text):
    if isinstance(text, bytes):
        return text
    if not PYTHON2:
        return text.encode('utf-8', 'surrogateescape')
    # On builds of Python 2 with 16-bit characters, a low surrogate after a high one is half of a character.
    parts = re.split(u'(?<![\ud800-\udbff])([\udc80-\udcff])', text)
    return b''.join(chr(ord(p) - 0xdc00) if u'\udc80' <= p <= u'\udcff' and len(p) == 1 else p.encode('utf-8') for p in parts)


def to_text(raw):
    if not PYTHON2:
        return raw.decode('utf-8', 'surrogateescape') if isinstance(raw, bytes) else raw
    return raw if isinstance(raw, unicode) else raw.decode('utf-8', 'surrogateescape')  # noqa: F821


if PYTHON2:
    codecs.register_error('surrogateescape', lambda e: (
        u''.join(unichr(0xdc00 + ord(b)) for b in e.object[e.start:e.end]), e.end))  # noqa: F821


def sha256(content):
    return hashlib.sha256(content).hexdigest()


# --- what an installed program may touch --------------------------------------------------------------------------------

limits = None  # None: the program was sent along, and has no limits.

KINDS = b'(allocation-pool|boot-restore|bridge-port|firewall-exception|policy-rule|service-option)'
# The names of files that stackward itself writes into a folder. A file with another name needs an entry of its own in the
# limits.
RECORD = Pattern(KINDS + b'-[0-9a-f]{8,32}\\.json\\Z')
STORED_TABLE = Pattern(b'firewall-exception-[0-9a-f]{8,32}\\.ipv[46]\\Z')
POLICY = Pattern(b'[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\\.(json|yaml|yml)\\Z')


SERVER = '[A-Za-z0-9_][A-Za-z0-9_.:-]{0,254}'  # A name or an address.
FORMS_OF_LIMITS = {'read': Pattern('/'), 'write': Pattern('/'), 'settings': Pattern('/'),
                   'setting-names': Pattern('[A-Z][A-Z0-9_]{0,99}\\Z'), 'logs': Pattern('rsyslog\\Z|to:%s:[0-9]{1,5}\\Z' % SERVER), 'knock': Pattern('%s:[0-9]{1,5}\\Z' % SERVER),
                   'plugins': Pattern('[a-z][a-z0-9_]{0,99}\\Z'), 'restart': Pattern('[A-Za-z0-9@_.-]{1,200}\\Z'),
                   'throughput': Pattern('(?:serve|[0-9a-f.:]{2,45})\\Z')}


def is_roots(status):
    """True if only root may write the file. Anybody else who may write it could make root do anything."""
    return status.st_uid == 0 and not status.st_mode & 0o022


def is_limits(given):
    return isinstance(given, dict) and set(given) <= set(FORMS_OF_LIMITS) and all(
        isinstance(entries, list) and all(isinstance(e, type(u'')) and FORMS_OF_LIMITS[name].match(e) for e in entries)
        for name, entries in given.items())


def read_limits():
    """
    {'read': [...], 'write': [...], 'knock': [...], 'logs': [...]}. Paths are whole; a folder has a slash at its end. Servers have
    their ports. `logs` contains `rsyslog` if logs may be collected, and `to:SERVER:PORT` for each server that may get them.
    """
    path = PROGRAM + '.limits'
    for mine in (os.path.dirname(PROGRAM), PROGRAM, path):
        if os.path.exists(mine) and not is_roots(os.stat(mine)):
            raise Failure('installation', '%s must belong to root, and nobody else may write it' % mine)
    if not os.path.exists(path):
        return {}
    try:
        with open(path, 'rb') as stream:
            given = json.loads(stream.read().decode('utf-8'))
    except ValueError:
        given = None
    if not is_limits(given):
        raise Failure('installation', '%s must be {"read": [...], "write": [...], "knock": [...], "logs": [...], "restart": [...]}, '
                                      'and hold absolute paths in quotes, folders with a slash at the end; in "knock" servers such as '
                                      '"db1:3306", in "logs" the word "rsyslog", in "restart" units such as "nova-api.service"' % path)
    return dict((access, [follow_root(to_bytes(e)) for e in entries] if access in ('read', 'write', 'settings') else entries)
                for access, entries in given.items())


def follow_root(entry):
    """The entry with its links followed, if only root can have made them. On most hosts /var/lock is such a link."""
    try:
        with Place(entry, None) as place:
            real = place.real
    except (Failure, IOError, OSError):
        real = b'/' + os.path.normpath(entry).lstrip(b'/')
    return real + b'/' if entry.endswith(b'/') and real != b'/' else real


def entries_of(access):
    """The paths of the limits for this access. A path that may be written may also be read."""
    return limits.get('write', []) + (limits.get('read', []) if access == 'read' else [])


SETTINGS_ACCESS = {'list': 'read', 'read-settings': 'read', 'swap-settings': 'write'}


def is_below(real, entries):
    return any(real == e or e.endswith(b'/') and real.startswith(e) for e in entries)


def is_within(real, access):
    if access in SETTINGS_ACCESS:
        # Of such a file the program tells and writes literals alone; whoever writes it whole can have it run anything.
        return is_below(real + (b'/' if access == 'list' else b''), limits.get('settings', [])) or is_within(real, SETTINGS_ACCESS[access])
    folder, name = os.path.split(real)
    if access == 'make':
        return real + b'/' in limits.get('write', [])
    if real in entries_of(access):
        return True
    if access == 'read':
        return any(e.endswith(b'/') and (real + b'/').startswith(e) for e in entries_of(access))
    is_policy = os.path.basename(folder) == b'policy.d' and POLICY.match(name)
    return folder + b'/' in limits.get('write', []) and bool(is_policy or RECORD.match(name) or STORED_TABLE.match(name))


def leads_within(real):
    """Whether the limits allow anything below this folder."""
    entries = entries_of('read') + limits.get('settings', [])
    return any(e.startswith(real + b'/') or e.endswith(b'/') and (real + b'/').startswith(e) for e in entries)


def outside(real, access):
    access = SETTINGS_ACCESS.get(access, access)
    what = {'read': 'read', 'write': 'written', 'make': 'made'}[access]
    of_folder = access == 'write' and os.path.dirname(real) + b'/' in limits.get('write', [])
    why = '; into a folder of the limits go only names that stackward gives: records, stored tables, and policy files of policy.d'
    return Failure('outside-limits', '%s may not be %s%s' % (to_text(real), what, why if of_folder else ''))


# --- folders, by descriptor ---------------------------------------------------------------------------------------------

class Naming(object):
    """Puts this path into an error of the operating system, in place of the descriptor that was used."""

    def __init__(self, real):
        self.real = real

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _):
        if isinstance(error, (IOError, OSError)):
            error.filename = self.real


class Folder(object):
    """A folder that stays open. Files in it are opened through its descriptor, so no path is looked up twice."""

    def __init__(self, path, real, above_is_roots):
        with Naming(real):
            self.fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        self.real = real
        self.status = os.fstat(self.fd)
        # In a sticky folder of root (/tmp), nobody else can remove or replace a folder of root.
        self.is_roots = above_is_roots and is_roots(self.status)
        self.keeps_roots = self.is_roots or (
            above_is_roots and self.status.st_uid == 0 and bool(self.status.st_mode & stat.S_ISVTX))

    def at(self, name):
        return ('/proc/self/fd/%d/' % self.fd).encode('ascii') + name

    def find(self, name):
        try:
            with Naming(os.path.join(self.real, name)):
                return os.lstat(self.at(name))
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENOTDIR):
                return None
            raise

    def names(self):
        with Naming(self.real):
            if os.fstat(self.fd).st_size > MAX_FOLDER:
                raise Failure('too-large', '%s holds more names than are listed' % to_text(self.real))
            return sorted(os.listdir(self.at(b'')))

    def close(self):
        os.close(self.fd)


def parts_of(path):
    return [part for part in path.split(b'/') if part not in (b'', b'.')]


class Place(object):
    """
    The place to which a path leads: `name` in the folder `folder`, which is None if it doesn't exist. Each folder on the way is
    opened through the folder before it. A link is followed only in a folder that root alone controls. The limits are checked on
    the way that was really taken. Outside of them the program answers nothing, not even whether a file exists.
    """

    def __init__(self, path, access):
        path = to_bytes(path)
        self.access = access if limits is not None else None
        self.opened, self.links = [Folder(b'/', b'/', True)], 0
        try:
            if not os.path.isdir('/proc/self/fd'):
                raise Failure('failed', '/proc is not mounted there, and folders are reached through it')
            self.walk(parts_of(path))
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        while self.opened:
            self.opened.pop().close()

    def walk(self, rest):
        while rest and len(self.opened) <= 64:
            name = rest.pop(0)
            here = self.opened[-1]
            if name == b'..':  # Only a link of root can contain "..", because a request can't.
                if len(self.opened) > 1:
                    self.opened.pop().close()
                continue
            real = os.path.join(here.real, name)
            status = here.find(name)
            if status is not None and stat.S_ISLNK(status.st_mode):
                rest = self.follow(here, name, real) + rest
            elif not rest or status is None or not self.enter(here, name, real):
                return self.end(here if not rest else None, name, os.path.join(real, *rest))
        if rest:
            raise Failure('invalid', '%s is more than 64 folders deep' % to_text(os.path.join(self.opened[-1].real, *rest)))
        return self.end(self.opened[-1], b'.', self.opened[-1].real)

    def follow(self, here, name, real):
        if not here.is_roots:
            if self.access is not None and not is_within(real, self.access) and not leads_within(real):
                raise outside(real, self.access)
            raise Failure('refused', '%s is a link in a folder that others than root may write; such a link is not followed' %
                          to_text(real))
        self.links += 1
        if self.links > 40:
            raise Failure('refused', '%s leads through more than 40 links' % to_text(real))
        target = os.readlink(here.at(name))
        if target.startswith(b'/'):
            while len(self.opened) > 1:
                self.opened.pop().close()
        return parts_of(target)

    def enter(self, here, name, real):
        """Opens the folder. False if there is no such folder, or if the limits allow nothing below it."""
        if self.access is not None and not leads_within(real):
            return False
        try:
            self.opened.append(Folder(here.at(name), real, here.keeps_roots))
            return True
        except (IOError, OSError) as error:
            if error.errno in (errno.ENOENT, errno.ENOTDIR):
                return False
            raise

    def end(self, folder, name, real):
        if self.access is not None and not is_within(real, self.access):
            raise outside(real, self.access)
        self.folder, self.name, self.real = folder, name, real

    @property
    def outer(self):
        return self.opened[-2]

    def needed(self):
        if self.folder is None:
            raise Failure('absent', '%s: its folder is not there' % to_text(self.real))
        return self.folder

    def find(self):
        return None if self.folder is None else self.folder.find(self.name)

    def open(self, flags):
        """Opens a regular file. The program never waits for a FIFO or a device."""
        if self.find() is not None and not stat.S_ISREG(self.find().st_mode):
            raise Failure('not-a-file', '%s is no regular file' % to_text(self.real))
        with Naming(self.real):
            fd = os.open(self.needed().at(self.name), flags | os.O_NONBLOCK | os.O_NOFOLLOW)
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise Failure('not-a-file', '%s is no regular file' % to_text(self.real))
        return fd


def open_limited(path, access):
    """Opens an existing file for reading and writing, such as a lock. It is never created here."""
    with Place(path, access) as place:
        return place.open(os.O_RDWR)


# --- files --------------------------------------------------------------------------------------------------------------

NEW_MODES = (0o600, 0o644)
# Other attributes are not copied: capabilities give power, hashes of integrity (ima, evm) belong to the old content, and
# `trusted` belongs to overlayfs.
ACL = b'system.posix_acl_access'
KEPT_XATTR = Pattern(b'user\\.|security\\.(selinux|SMACK64)\\Z|' + re.escape(ACL) + b'\\Z')


def libc_call(name, *args):
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    result = getattr(libc, name)(*args)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def read_by_size(name, *args):
    import ctypes
    buffer = ctypes.create_string_buffer(1 << 16)
    size = libc_call(name, *(args + (buffer, ctypes.c_size_t(len(buffer)))))
    return buffer.raw[:size]


def get_xattrs(fd):
    try:
        if hasattr(os, 'listxattr'):
            return dict((to_bytes(name), os.getxattr(fd, name)) for name in os.listxattr(fd))
        names = read_by_size('flistxattr', fd).split(b'\0')[:-1]
        return dict((name, read_by_size('fgetxattr', fd, name)) for name in names)
    except (IOError, OSError) as error:
        if error.errno in (errno.ENOTSUP, errno.ENOSYS):
            return {}
        raise


def set_xattr(fd, name, value):
    if hasattr(os, 'setxattr'):
        return os.setxattr(fd, name, value)
    import ctypes
    return libc_call('fsetxattr', fd, name, value, ctypes.c_size_t(len(value)), 0)


def remove_xattr(fd, name):
    if hasattr(os, 'removexattr'):
        return os.removexattr(fd, name)
    return libc_call('fremovexattr', fd, name)


def too_large(real, most):
    return Failure('too-large', '%s has more than %d MiB' % (to_text(real), most >> 20))


def read_all(fd, real):
    """Reads the file to its end, because files below /proc have the size 0 in their status."""
    parts, size = [], 0
    while True:
        part = os.read(fd, 1 << 20)
        parts.append(part)
        size += len(part)
        if size > MAX_FILE:
            raise too_large(real, MAX_FILE)
        if not part:
            return b''.join(parts)


def measure(fd, real):
    """The size, SHA-256 and first 512 bytes of a file, whose content may be larger than memory."""
    if os.fstat(fd).st_size > MAX_MEASURED:
        raise too_large(real, MAX_MEASURED)
    head, size, whole = b'', 0, hashlib.sha256()
    for part in iter(lambda: os.read(fd, 1 << 20), b''):
        head = (head + part)[:512] if len(head) < 512 else head
        size += len(part)
        whole.update(part)
        if size > MAX_MEASURED:
            raise too_large(real, MAX_MEASURED)
    return {'size': size, 'sha256': whole.hexdigest(), 'head': head}


def read_whole(fd, real):
    """(content, extended attributes)"""
    if os.fstat(fd).st_size > MAX_FILE:
        raise too_large(real, MAX_FILE)
    return read_all(fd, real), get_xattrs(fd)


def look(place):
    """(stat, content, extended attributes), or None if there is no file."""
    seen = look_by(read_whole, place)
    return None if seen is None else (seen[0],) + seen[1]


def look_by(read, place):
    """(stat, the result of `read` on the open file), or None if there is no file."""
    if place.find() is None:
        return None
    try:
        fd = place.open(os.O_RDONLY)
    except (IOError, OSError) as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            return None
        raise
    try:
        status = os.fstat(fd)
        if status.st_nlink > 1 and not place.folder.is_roots:
            # Anybody who may write the folder may have linked somebody else's file there.
            raise Failure('hard-linked', '%s has %d names, and others than root may write its folder' % (
                to_text(place.real), status.st_nlink))
        with Naming(place.real):
            return status, read(fd, place.real)
    finally:
        os.close(fd)


def told_name(name):
    """In Python 3 the locale of whoever called decides how it was decoded."""
    return to_text(name if PYTHON2 else os.fsencode(name))


def name_of(table, number, field):
    try:
        return told_name(getattr(table(number), field))
    except KeyError:
        return str(number)


def encode(content):
    encoded = base64.b64encode(content)
    return encoded if PYTHON2 else encoded.decode('ascii')


def managers_of(real, content):
    """Tools that write the file, and would undo a change by hand."""
    found = [name for name, header in MANAGERS if header.search(content[:2048])]
    return found + ['Kolla'] if real.startswith((b'/etc/kolla/', b'/var/lib/kolla/')) else found


def read_file(q):
    with Place(q['path'], 'read') as place:
        real, status = place.real, place.find()
        if status is not None and status.st_size > answer_room // 4 * 3:
            raise no_room()
        seen = look(place)
    if seen is None:
        return {'exists': False, 'realPath': to_text(real)}
    status, content, xattrs = seen
    return {
        'exists': True, 'realPath': to_text(real), 'content': encode(content),
        'sha256': sha256(content), 'mode': stat.S_IMODE(status.st_mode), 'links': status.st_nlink,
        'owner': name_of(pwd.getpwuid, status.st_uid, 'pw_name'), 'group': name_of(grp.getgrgid, status.st_gid, 'gr_name'),
        'mtimeSeconds': status.st_mtime, 'managers': managers_of(real, content),
        'xattrs': dict((to_text(k), encode(v)) for k, v in xattrs.items()),
    }


def digest_file(q):
    with Place(q['path'], 'read') as place:
        seen = look_by(measure, place)
    if seen is None:
        return {'exists': False}
    return dict(seen[1], exists=True, head=encode(seen[1]['head']))


def list_folder(q):
    kinds = ((stat.S_ISREG, 'file'), (stat.S_ISDIR, 'folder'), (stat.S_ISLNK, 'link'))
    entries = []
    with Place(q['path'], 'list') as place:
        status = place.find()
        if status is None:
            return {'exists': False, 'entries': []}
        if not stat.S_ISDIR(status.st_mode):
            raise Failure('not-a-folder', '%s is no folder' % to_text(place.real))
        place.opened.append(Folder(place.folder.at(place.name), place.real, False))
        folder = place.opened[-1]
        for name in folder.names():
            found = folder.find(name)
            if found is not None:  # None: it was removed in the meantime.
                kind = ([k for test, k in kinds if test(found.st_mode)] + ['other'])[0]
                entries.append({'name': to_text(name), 'kind': kind})
    return {'exists': True, 'entries': entries}


def elapsed():
    """Seconds that don't depend on the host's clock. (Python 2 has no time.monotonic.)"""
    return os.times()[4]


def wait_for(take, what, seconds=LOCK_SECONDS):
    """Tries `take` until the lock is free. A blocking call could not be ended after `seconds`."""
    end = elapsed() + seconds
    while True:
        try:
            return take()
        except (IOError, OSError) as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise
        if elapsed() > end:
            raise Failure('busy', 'another program has held the lock of %s for %d s' % (what, seconds))
        time.sleep(0.02)


def lock_folder(folder):
    """Locks the folder until it is closed, and removes temporary files that a killed program left."""
    wait_for(lambda: fcntl.flock(folder.fd, fcntl.LOCK_EX | fcntl.LOCK_NB), to_text(folder.real))
    for name in folder.names():
        if re.match(b'\\.stackward-[0-9a-f]{16}\\Z', name):
            os.unlink(folder.at(name))  # Its program was killed: a living program would hold the lock.


def compare(seen, expected, real):
    compare_sha256(None if seen is None else sha256(seen[1]), expected, real)


def compare_sha256(seen, expected, real):
    if seen == expected:
        return
    state = 'is not there' if seen is None else 'is there' if expected is None else 'has other content than was seen'
    raise Failure('changed', '%s %s' % (to_text(real), state))


def make_newer(fd, before):
    """Gives the file a later mtime than `before`, however coarse the file system's times are and whatever the clock says."""
    for after in (before + 0.001, int(before) + 1, int(before) + 2):
        if os.fstat(fd).st_mtime > before:
            return
        os.utime('/proc/self/fd/%d' % fd, (time.time(), after))


def take_attributes(fd, seen, mode):
    """Copies the attributes of the file that is replaced. A new file gets `mode`, which is one of NEW_MODES."""
    status, has = os.fstat(fd), get_xattrs(fd)
    if ACL in has and (seen is None or ACL not in seen[2]):
        remove_xattr(fd, ACL)  # The folder passed its ACL on. With the file's mode it would give rights to the users whom it names.
    if seen is None:
        return os.fchmod(fd, mode)
    owner = (seen[0].st_uid, seen[0].st_gid)
    if owner != (status.st_uid, status.st_gid):
        os.fchown(fd, *owner)
    os.fchmod(fd, stat.S_IMODE(seen[0].st_mode))
    for name, value in seen[2].items():
        if KEPT_XATTR.match(name) and has.get(name) != value:
            set_xattr(fd, name, value)


def write_beside(path, content, seen, newest, mode):
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        rest = memoryview(content)
        while len(rest):
            rest = rest[os.write(fd, rest):]
        take_attributes(fd, seen, mode)
        make_newer(fd, max(newest, 0 if seen is None else seen[0].st_mtime))
        os.fsync(fd)
    finally:
        os.close(fd)


def identity(status):
    return status.st_ino, status.st_size, status.st_mtime, status.st_ctime


def make_folder_of(path, mode, file_access, access):
    """Makes the folder of a file if it is missing, but not the folders above it."""
    with Place(path, file_access) as place:
        if place.folder is not None:
            return
    with Place(b'/' + b'/'.join(parts_of(to_bytes(path))[:-1]), access) as place, Naming(place.real):
        try:
            os.mkdir(place.needed().at(place.name), mode)
        except OSError as error:
            if error.errno != errno.EEXIST:
                raise
            if not stat.S_ISDIR(place.find().st_mode):
                raise Failure('not-a-folder', '%s is no folder' % to_text(place.real))


def refuse_powerful(seen, real):
    """Refuses a file that is a program: who chooses the content of a program has the power of everybody who runs it."""
    if seen[0].st_mode & 0o6111 or b'security.capability' in seen[2]:
        raise Failure('refused', '%s is executable, set-uid or set-gid, or has capabilities; only plain files are written' %
                      to_text(real))
    if seen[0].st_nlink > 1:
        raise Failure('hard-linked', '%s has %d names, and a new file would part them' % (to_text(real), seen[0].st_nlink))


def newest_in(folder):
    found = [folder.find(name) for name in folder.names()]
    return max([os.fstat(folder.fd).st_mtime] + [status.st_mtime for status in found if status is not None])


def swap_file(q):
    content, path = base64.b64decode(q['content'].encode('ascii')), q['path']
    if q.get('makeFolder'):
        make_folder_of(path, 0o700, 'write', 'make')
    with Place(path, 'write') as place:
        folder, newest = place.needed(), 0
        lock_folder(folder)
        beside = folder
        if q.get('watchedFolder'):
            # oslo.policy lists the folder and reads the time of each file. A temporary file that vanishes in between would make
            # a request fail. oslo.policy also loads a file again only if it is newer than all others, so the new file must be.
            newest = newest_in(folder)
            if folder.real == b'/':
                raise Failure('invalid', 'nothing is beside the folder /')
            beside = place.outer
            if beside.status.st_dev != folder.status.st_dev:
                raise Failure('mount-point', '%s is a mount of its own: no file can come into it whole' % to_text(folder.real))
            lock_folder(beside)
        now = swap_in(place, beside, content, newest, q['expect'], q.get('mode', 0o644))
        return {'realPath': to_text(place.real), 'sha256': sha256(content), 'mtimeSeconds': now.st_mtime}


def swap_in(place, beside, content, newest, expected, mode):
    """Replaces or creates the file, and returns its status. The folder must be locked."""
    real, target = place.real, place.folder.at(place.name)
    seen = look(place)
    compare(seen, expected, real)
    if seen is not None:
        refuse_powerful(seen, real)
    temporary = beside.at(b'.stackward-' + base64.b16encode(os.urandom(8)).lower())
    with Naming(real):
        try:
            write_beside(temporary, content, seen, newest, mode)
            if seen is None:
                os.link(temporary, target)  # Unlike a rename, a link never replaces another file.
            elif identity(os.lstat(target)) != identity(seen[0]):
                raise Failure('changed', '%s was written meanwhile' % to_text(real))
            else:
                os.rename(temporary, target)
        finally:
            if os.path.lexists(temporary):
                os.unlink(temporary)
        os.fsync(place.folder.fd)
    now = look(place)
    compare(now, sha256(content), real)
    return now[0]


def remove_file(q):
    with Place(q['path'], 'write') as place:
        lock_folder(place.needed())
        remove_in(place, q['expect'])
        return {}


def remove_in(place, expected):
    seen = look_by(measure, place)
    compare_sha256(None if seen is None else seen[1]['sha256'], expected, place.real)
    if HEADER not in seen[1]['head']:
        raise Failure('not-ours', '%s does not bear the words "%s"' % (to_text(place.real), to_text(HEADER)))
    with Naming(place.real):
        os.unlink(place.folder.at(place.name))
        os.fsync(place.folder.fd)


# --- rules --------------------------------------------------------------------------------------------------------------

# The allowed orders of a table's lines, with one sign for each line. A request replaces the chain that was seen; a stored file
# makes it anew.
REPLACES = Pattern('J*D*X?(?:NA+j)?\\Z')
MAKES = Pattern(':A+j\\Z')
SIGNS = {'-D': 'D', '-A': 'A', '-N': 'N', '-X': 'X', ':': ':'}


def is_prefix(text, family):
    """
    True for a prefix in the kernel's spelling. The length 0 is refused, because the kernel doesn't print it, and so is IPv4
    written as IPv6.
    """
    address, _, length = text.partition('/')
    kind, bits = {4: (socket.AF_INET, 32), 6: (socket.AF_INET6, 128)}[family]
    if not re.match('[1-9][0-9]{0,2}\\Z', length) or int(length) > bits or family == 6 and '.' in address:
        return False
    try:
        raw = socket.inet_pton(kind, address)
    except (socket.error, ValueError):
        return False
    value = int(binascii.hexlify(raw), 16)
    hosts = (1 << bits - int(length)) - 1
    carries = family == 6 and (value | hosts < 1 << 32 or value >> 32 == (value | hosts) >> 32 == 0xffff)
    return value & hosts == 0 and not carries and socket.inet_ntop(kind, raw) == address


def read_rule(table, family, text):
    """
    The rule in one spelling; None for a rule that stackward doesn't write into this table.
    reconcilers/firewall-exception/chain/rule-shape.ts has the same grammar.
    """
    text = re.sub(' +', ' ', text)
    text = re.sub('--mac-source [0-9A-Fa-f:]+', lambda m: m.group().lower(), text, count=1)
    rule = RULE.match(re.sub('--comment "([^" ]*)"', '--comment \\1', text, count=1))
    if rule is None:
        return None
    source, destination, mac, mark = rule.group('source', 'destination', 'mac', 'mark')
    leaves, enters = TAP.match(rule.group('into')), TAP.match(rule.group('out'))
    comment, verdict = rule.group('comment', 'verdict')
    if any(p is not None and not is_prefix(p, family) for p in (source, destination)):
        return None
    if rule.group('out' if leaves else 'into').startswith('tap') or not (leaves or enters):
        return None
    if len(comment) > 255 or '/' not in comment or re.search('(?i)(neutron|quantum)-', comment):
        return None
    if rule.group('udp', 'sport', 'dport') != (None, None, None):
        fits = rule.group('udp', 'sport', 'dport') == DHCP[family] and leaves and verdict == 'RETURN' and (
            source is destination is mac is mark is None)
    elif verdict == 'RETURN':
        ends = (source is not None, destination is not None)
        fits = mac is mark is None and ends == ((True, False) if leaves else (False, True)) and (table == 'filter' or leaves)
    elif verdict == 'ACCEPT':
        fits = table == 'filter' and mac is None and (mark is None or leaves and source is destination is None)
    else:
        fits = table == 'mangle' and leaves and mac is not None and mark is None
    return rule.group() if fits else None


def read_line(table, family, line):
    """(sign, chain, line in one spelling); the sign is None for a line that stackward does not write."""
    words = line.split(' ', 2)
    verb, name, rest = (words + ['', ''])[:3]
    if line.startswith(':'):
        verb, name, rest = ':', verb[1:], ' '.join(words[1:])
    if name == JUMPS_FROM[table] and rest.startswith('-j ') and verb in ('-A', '-D'):
        return {'-A': 'j', '-D': 'J'}[verb], rest[3:], '%s %s %s' % (verb, name, rest)
    if verb in ('-A', '-D'):
        rule = read_rule(table, family, rest)
        return None if rule is None else SIGNS[verb], name, '%s %s %s' % (verb, name, rule)
    if verb == ':' and rest == '- [0:0]' or verb in ('-N', '-X') and len(words) == 2:
        return SIGNS[verb], name, line
    return None, name, line


def read_tables(text, family, order):
    """[(table, chain, text for iptables-restore)], made anew from the parsed lines. A text with any other line is refused."""
    parts, chains, table, signs, lines = [], set(), None, '', []
    strange = re.search(u'[^\n -~]', text)
    if strange is not None:  # Checked before the text is divided, because wide characters take four bytes each in memory.
        start = max(text.rfind('\n', 0, strange.start()) + 1, strange.start() - 150)
        raise Failure('refused', 'a line that is not about a chain of ours: %s' % text[start:start + 200].split('\n')[0])
    if not text.endswith('\n') or text.count('\n') > 4 * MOST_RULES:
        raise Failure('refused', 'the text must end with a line break, and have no more than %d lines' % (4 * MOST_RULES))
    for line in text[:-1].split('\n'):
        shown = line[:200]
        if len(line) > LONGEST_LINE:
            raise Failure('refused', 'a line of %d characters; %d are allowed: %s' % (len(line), LONGEST_LINE, shown))
        if table is None:
            table = {'*mangle': 'mangle', '*filter': 'filter'}.get(line)
            if table is None or table in [part[0] for part in parts]:
                raise Failure('refused', 'a line that is not about a chain of ours: %s' % shown)
            signs, lines = '', []
        elif line == 'COMMIT':
            if signs and not order.match(signs) or signs.count('A') > MOST_RULES:
                raise Failure('refused', 'the lines of %s are in no order that stackward writes, or make more than %d rules'
                              % (table, MOST_RULES))
            parts.append((table, ''.join(chains), '\n'.join(['*' + table] + lines + ['COMMIT', ''])))
            table = None
        else:
            sign, chain, again = read_line(table, family, line)
            if sign is None or not CHAIN.match(chain):
                raise Failure('refused', 'a line that is not about a chain of ours: %s' % shown)
            chains.add(chain)
            if len(chains) > 1:
                raise Failure('refused', 'lines about two chains: %s' % ' and '.join(sorted(chains)))
            signs += sign
            lines.append(again)
    if table is not None:
        raise Failure('refused', 'the table %s does not end with COMMIT' % table)
    return parts


# --- programs -----------------------------------------------------------------------------------------------------------

def find_tool(name):
    paths = [os.path.join(folder, name) for folder in ENVIRONMENT['PATH'].split(':')]
    return ([path for path in paths if os.access(path, os.X_OK)] + [None])[0]


def run(name, args, given=b''):
    """(exit code, stdout, stderr)"""
    out = []
    code, err = run_into(out, MAX_OUTPUT, name, args, given)
    return code, b''.join(out), err


def run_into(out, most, name, args, given=b'', prepare=None, watch=None):
    """
    (exit code, stderr). Appends stdout to `out` part by part; the last part is empty. `prepare` is called in the child, and must
    make it the leader of a group; `watch` is called several times a second, and ends the child by raising.
    """
    # Where the child calls nothing of ours, Python 3 needs no copy of its own memory for it.
    leads = {'start_new_session': True} if prepare is None and not PYTHON2 else {'preexec_fn': prepare or os.setsid}
    tool = find_tool(name)
    if tool is None:
        raise Failure('no-tool', 'there is no %s' % name)
    child = subprocess.Popen([tool] + args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             close_fds=True, env=ENVIRONMENT, cwd='/', **leads)
    try:
        err = talk(name, child, given, out, most, watch)
        return child.wait(), err
    except BaseException:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        raise
    finally:
        for stream in (child.stdin, child.stdout, child.stderr):
            stream.close()


def talk(name, child, given, out, most, watch):
    """Returns the child's stderr, like Popen.communicate. Fails if the child prints more than `most` bytes."""
    parts, left, rest = {child.stdout: out, child.stderr: []}, most, memoryview(given)
    if not given:
        child.stdin.close()
    while True:
        readable, writable, _ = select.select([s for s in parts if not s.closed], [child.stdin] if len(rest) else [], [],
                                              WATCH_SECONDS if watch else None)
        if watch:
            watch()
        if writable:
            try:
                rest = rest[os.write(child.stdin.fileno(), rest[:select.PIPE_BUF]):]
            except OSError as error:
                if error.errno != errno.EPIPE:
                    raise
                rest = rest[:0]  # The child reads no more, and prints the reason.
            if not len(rest):
                child.stdin.close()
        for stream in readable:
            part = os.read(stream.fileno(), 1 << 16)
            parts[stream].append(part)
            left -= len(part)
            if left < 0:
                raise Failure('too-large', '%s prints more than %d MiB' % (name, most >> 20))
            if not part:
                stream.close()
        if child.stdout.closed and child.stderr.closed:
            return b''.join(parts[child.stderr])


def said(err):
    return ' '.join(to_text(err).split())[:600]


def table_tool(family, variant, word):
    return {4: 'iptables', 6: 'ip6tables'}[family] + {'nft': '-nft', 'legacy': '-legacy', 'only': ''}[variant] + word


# EACCES or EPERM in the C locale: 1.8.9 without CAP_NET_ADMIN prints "Could not fetch rule set generation id: Permission denied
# (you must be root)". Without the module it prints the same beginning, so only the end is matched.
DENIED = Pattern(b'ermission denied|not permitted')
# Messages when the kernel lacks the module: "Failed to initialize nft: Protocol not supported", "iptables who? (do you need to
# insmod?)".
LACKS_MODULE = Pattern(b'initialize nft|generation id|insmod|not supported|not available')


def modules_of(family, variant):
    legacy = {4: 'ip_tables', 6: 'ip6_tables'}[family]
    return {'nft': ['nf_tables'], 'legacy': [legacy], 'only': [legacy, 'nf_tables']}[variant]


def save_into(out, most, family, variant, args=()):
    name = table_tool(family, variant, '-save')
    code, err = run_into(out, most, name, list(args))
    if code == 0:
        return out
    if DENIED.search(err):
        raise Failure('not-allowed', '%s: %s' % (name, said(err)))
    if LACKS_MODULE.search(err):
        modules = modules_of(family, variant)
        raise Failure('no-module', '%s needs the kernel module %s, which %s loads (%s)' % (
            name, ' or '.join(modules), ' or '.join('`modprobe %s`' % module for module in modules), said(err)))
    raise Failure('rejected', '%s: %s' % (name, said(err)))


def save(family, variant, args=()):
    return b''.join(save_into([], MAX_OUTPUT, family, variant, args))


class Packed(object):
    """
    The output of iptables-save as the inside of a JSON text, compressed by zlib while it is printed. An older stackward could
    fill a chain with more than an answer, or this program's memory, can hold.
    """

    def __init__(self):
        self.decoder = codecs.getincrementaldecoder('utf-8')('surrogateescape')
        self.packer = zlib.compressobj(1)
        self.parts, self.end, self.has_hook = [], b'', False

    def append(self, part):
        self.end = self.end[-len(HOOK):] + part
        self.has_hook = self.has_hook or HOOK in self.end
        inside = json.dumps(self.decoder.decode(part, not part))[1:-1]
        self.parts.append(self.packer.compress(inside if PYTHON2 else inside.encode('ascii')))

    def text(self):
        return encode(b''.join(self.parts) + self.packer.flush())


def iptables_now(family):
    """The variant of the plain `iptables` on this host."""
    return 'nft' if b'nf_tables' in run(table_tool(family, 'only', ''), ['--version'])[1] else 'legacy'


def save_tables(q):
    family = q['family']
    variants = [v for v in ('nft', 'legacy') if find_tool(table_tool(family, v, '-save'))] or ['only']
    tables, failures = {}, {}
    for variant in variants:
        try:
            tables[variant] = save_into(Packed(), MAX_TABLES, family, variant)
        except Failure as failure:
            if failure.reason == 'too-large':
                raise
            failures[variant] = failure
    holders = [v for v in variants if v in tables and tables[v].has_hook]
    if len(holders) > 1:
        raise Failure('two-variants', 'neutron-filter-top is in the tables of both iptables-nft and iptables-legacy')
    variant = holders[0] if holders else variants[0] if len(variants) == 1 else iptables_now(family)
    if variant not in tables:  # (The failure of a variant that no agent uses doesn't matter.)
        raise Failure(failures[variant].reason, '; '.join(failures[v].detail for v in variants if v in failures))
    return {'variant': variant, 'hasHook': tables[variant].has_hook, 'packedText': tables[variant].text()}


def lock_option(name, seconds):
    """[] if the tool has no --wait (before 1.6.2)."""
    _, out, err = run(name, ['--help'])
    return ['--wait=%d' % seconds] if b'--wait' in out + err else []


# 1.8.9 prints "Another app is currently holding the xtables lock. Stopped waiting after 10s." Older releases also print
# "xtables lock; still 9s 0us time ahead to have a chance to grab the lock..." while they wait, and may still get the lock.
GAVE_LOCK_UP = b'xtables lock. '


def feed_tables(name, text, seconds=LOCK_SECONDS, is_as_expected=lambda: False):
    """
    Gives the text to iptables-restore, and waits at most `seconds` for the lock of iptables. If the tool has no --wait, this
    function tries again until the lock is free.

    iptables-nft takes no lock. If another program changes any rule between the tool's look at the tables and its commit, the
    tool looks again, skips the `-N` of a chain that the same text deletes, and fails (1.8.9: "RULE_APPEND failed (No such file
    or directory)"). The kernel has then changed nothing. So the same text is tried again, as long as the tables are as the text
    expects.
    """
    end, races = elapsed() + seconds, 0
    wait = lock_option(name, seconds)
    while True:
        code, _, err = run(name, ['-n'] + wait, to_bytes(text))
        # Code 4 also means that a chain is not empty. Trying again would not change that.
        if code == 4 and GAVE_LOCK_UP in err:
            if wait or elapsed() > end:
                break  # A tool with --wait has already waited that long.
            time.sleep(0.05)
        elif code in (1, 4) and races < MAX_RACES and is_as_expected():
            races += 1
        else:
            break
    if code != 0:
        reason = 'not-allowed' if DENIED.search(err) else 'busy' if code == 4 else 'rejected'
        raise Failure(reason, '%s ended with %d: %s' % (name, code, said(err)))


def is_replaceable(q, table, chain, text):
    """
    Whether the table has the rules that the text replaces. A text without -X deletes a part of a long chain, and any other text
    the whole chain.
    """
    lines = text.split('\n')
    gone = sorted(line.replace('-D', '-A', 1) for line in lines if line.startswith('-D '))
    is_made_anew = '-X ' + chain in lines
    try:
        saved = to_text(save(q['family'], q['variant'], ['-t', table])).split('\n')
    except Failure:
        return False
    jump = '-A %s -j %s' % (JUMPS_FROM[table], chain)
    found = sorted(read_line(table, q['family'], line)[2] for line in saved if line.startswith('-A %s ' % chain) or line == jump)
    if gone and not is_made_anew:
        return set(gone) <= set(found)
    has = set(line.split(' ')[0] for line in saved if line.startswith(':'))
    return found == gone and (':' + chain in has) == is_made_anew and (table == 'mangle' or ':' + JUMPS_FROM[table] in has)


def restore_tables(q):
    name, done = table_tool(q['family'], q['variant'], '-restore'), ''
    lock = None
    try:
        parts = read_tables(q['text'], q['family'], REPLACES)
        if q.get('lockFile'):
            # The lock file is never created here: it belongs to the agent, which could not open a file of root.
            lock = open_limited(q['lockFile'], 'read')
            wait_for(lambda: fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB), to_text(q['lockFile']))
        for table, chain, text in parts:
            try:
                feed_tables(name, text, is_as_expected=lambda: is_replaceable(q, table, chain, text))
            except Failure as failure:
                raise Failure(failure.reason, done + failure.detail)
            done += '%s is done; then ' % table
    finally:
        if lock is not None:
            os.close(lock)
    return {}


def run_reader(q):
    argv = q['argv']
    if not any(len(argv) == len(line) and all(p.match(a) for p, a in zip(line, argv)) for line in READERS):
        raise Failure('refused', 'not among the command lines that may be run: %s' % ' '.join(argv))
    code, out, err = run(argv[0], [to_bytes(word) for word in argv[1:]])
    return {'code': code, 'stdout': to_text(out), 'stderr': to_text(err)}


# --- bridges ------------------------------------------------------------------------------------------------------------

def get_flag(folder, flag):
    with open(os.path.join(folder, flag)) as stream:
        return stream.read().strip() == '1'


def bridge_ports(_):
    ports = []
    for bridge in sorted(os.listdir(NET)):
        folder = os.path.join(NET, bridge, 'brif')
        for port in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            try:
                flags = dict((f, get_flag(os.path.join(folder, port), f)) for f in FLAGS
                             if os.path.exists(os.path.join(folder, port, f)))
            except (IOError, OSError):
                continue  # It was unplugged in the meantime.
            ports.append({'bridge': told_name(bridge), 'port': told_name(port), 'flags': flags})
    return {'ports': ports}


def set_bridge_flag(q):
    bridge, port, flag = q['bridge'], q['port'], q['flag']
    folder = os.path.join(NET, bridge, 'brif', port)
    before = get_flag(folder, flag)
    if before != q['expect']:
        raise Failure('changed', '%s of %s on %s is %d already' % (flag, port, bridge, before))
    with open(os.path.join(folder, flag), 'w') as stream:
        stream.write('1' if q['value'] else '0')
    if get_flag(folder, flag) != q['value']:
        raise Failure('changed', '%s of %s on %s was set back at once' % (flag, port, bridge))
    return {}


def cards():
    """
    A digest of the addresses of the network cards. Their virtual functions are left out, because they come and go with guests.
    """
    found = []
    for card in [os.path.join(NET, name) for name in os.listdir(NET)]:
        if os.path.exists(os.path.join(card, 'device')) and not os.path.exists(os.path.join(card, 'device', 'physfn')):
            with open(os.path.join(card, 'address')) as stream:
                found.append(stream.read().strip())
    return sha256(','.join(sorted(found)).encode('ascii'))[:16]


def machine():
    """
    A text that is the same for all names of one running machine. Each network namespace and container has another text, and so
    does a clone with another host name or other cards. (A clone resumed from a snapshot has its origin's boot id.)
    """
    try:
        with open('/proc/sys/kernel/random/boot_id') as stream:
            boot = stream.read().strip()
        net = os.stat('/proc/self/ns/net').st_ino if os.path.exists('/proc/self/ns/net') else 0  # Linux has this file since 3.0.
        root = os.stat('/')
        return '%s %d:%d %d %s %s' % (boot, root.st_dev, root.st_ino, net, os.uname()[1], cards())
    except (IOError, OSError):
        return None


def init_system():
    return 'systemd' if os.path.isdir('/run/systemd/system') else 'upstart' if find_tool('initctl') else 'other'


def facts(_):
    return {'hostname': os.uname()[1], 'kernel': os.uname()[2], 'machine': machine(),
            'python': '%d.%d.%d' % sys.version_info[:3], 'version': VERSION, 'installed': not IS_SENT, 'uid': os.getuid(),
            'init': init_system(),
            'tools': dict((name, find_tool(name)) for name in TOOLS)}


def clock(_):
    return {'time': time.time()}


# --- services of OpenStack ----------------------------------------------------------------------------------------------

# The value of a secret option never leaves the host. lib/oslo-config/secret.ts has the same names, and a test compares the two.
SECRET_WORD = Pattern('(^|_)(passwords?|passwd|pass|pwd|pw|bindpw|passcode|passphrases?|p[as]+w[a-z]{0,4}|secrets?|secret_id|tokens?|token_id|'
                         'credentials|key|(api|access|private|secret|encryption|auth)_?keys?|kek|jwt)\\Z')
SECRET_NAMES = frozenset((
    'connection slave_connection asyncio_connection asyncio_slave_connection sql_connection connection_string transport_url '
    'backend_url backup_gcs_proxy_url hmac_keys backend_argument replication_device code login approle_role_id swift_store_user '
    'swift_store_config_file swift_store_application_credential_id netapp_certificate_file netapp_ca_certificate_file '
    'netapp_private_key_file').split())
# References to options, as string.Template reads them. `$$` and `\$` come first, because they stand for a plain `$`.
REFERENCE = Pattern(u'\\$\\$|\\\\\\$|(\\$\\{?[_a-zA-Z])')
HIDDEN = u'***'
HIDDEN_ADDRESS = u'***://***@***'
MAX_VALUE = 1 << 14
MAX_CONFIG = 2 << 20
MAX_TOLD_TEXT = 4 << 20  # In JSON.
PROJECTS = ('aodh|barbican|ceilometer|cinder|cloudkitty|designate|glance|gnocchi|heat|ironic|keystone|magnum|manila|mistral|'
            'neutron|nova|octavia|placement|sahara|senlin|swift|trove|watcher|zaqar|zun')
SERVICE = Pattern('(?:.*[/(])?(?:wsgi:)?((?:%s)(?:-[a-z0-9][a-z0-9_-]{0,60})?)(?:$|[=:)]|\\.(?:py|wsgi|ini)\\Z)' % PROJECTS)
NO_SERVICE = Pattern('(manage|rootwrap|rootwrap-daemon|status|sanity-check|policy-check|cleanup|privsep-helper)\\Z')
# Of control groups, as each runtime names them: docker/<id>, docker-<id>.scope, libpod-<id>.scope, lxc.payload.<name>, snap.<name>.<app>.
CONTAINERS = [(runtime, Pattern(pattern)) for runtime, pattern in (
    ('kubernetes', '/kubepods[^\n]*[/:-]([0-9a-f]{64})'), ('docker', '/docker[/-]([0-9a-f]{12,64})'),
    ('podman', '/libpod-([0-9a-f]{12,64})'), ('lxc', '/lxc(?:\\.payload)?[./]([A-Za-z0-9_.-]+)'),
    ('nspawn', '/machine-([A-Za-z0-9_.\\\\-]+)\\.scope'), ('nspawn', '/systemd-nspawn@([A-Za-z0-9_.\\\\-]+)\\.service'),
    ('snap', '/snap\\.([a-z0-9-]+)\\.'))]
MAX_PROCESSES = 512
MAX_TOLD = 2 << 20  # The bytes that are told of all processes together.
MAX_WORDS = 64
MAX_WORD = 1024
MAX_SOCKETS = 4096
LOG_BYTES = 1 << 20
SHOWN_CONFIG = 1 << 16
MAX_SEARCHED = 64 << 20  # The bytes of a log that are searched, block by block.
MAX_LOG_LINES = 20
MAX_LOG_LINE = 600
ERROR_LINE = Pattern(' (?:ERROR|CRITICAL|TRACE) |Traceback|Error: ')
SECRET_NAME = (u'(?:pass(?:word|wd|code|phrase)?|pwd|bindpw|secret|token|\\bkey|[_-]key|(?:api|access|secret|private|encryption)key|psk|jwt|'
               u'(?<![a-z])kek|credential)s?')
QUOTED = u"""u?(?:'[^'\\\\]*(?:\\\\[\\s\\S][^'\\\\]*)*'?|"[^"\\\\]*(?:\\\\[\\s\\S][^"\\\\]*)*"?)"""
SCHEME = u'(?:basic|bearer|digest|negotiate|ntlm|oauth|token|apikey|aws[\\w-]*|hmac[\\w-]*)[ \\t]+'
# As in lib/basics/without-secrets.ts. The time of each goes with the length of the text.
SECRET_IN_LOG = (
    (Pattern(u'(?s)(-----BEGIN [^\\n]{0,60}?-----)(?:.*?(?=-----END )|.*)'), u'\\1***'),
    (Pattern(u"""(?i)(\\b(?:authorization|x-auth-token|x-subject-token|x-service-token)['"]?\\s*[:=]\\s*u?['"]?"""
                u"""(?:%s(?=\\S)|(?!%s\\S)))(?!\\*\\*\\*)[^\\s'"`,;]+""" % (SCHEME, SCHEME)), u'\\1***'),
    (Pattern(u'(?i)(\\bidentified\\s+(?:with\\s+\\S+\\s+)?(?:by|as)\\s+(?:password\\s+)?|\\bpassword\\s*\\(\\s*)%s[^\\s,;)]*' % QUOTED),
     u'\\1***'),
    (Pattern(u'(?i)(<[\\w.:-]*%s(?:\\s[^<>]*)?>)(?:<!\\[CDATA\\[[^\\]]*\\]*>|[^<]+(?=</|\\Z))' % SECRET_NAME), u'\\1***'),
    (Pattern(u"""(?i)((?<![\\w-])[\\w-]*%s['"]?\\s*[:=]\\s*)(?:%s|(?:bearer\\s+)?[^\\s,;}\\])]+)""" % (SECRET_NAME, QUOTED)), u'\\1***'),
    (Pattern(u'gAAAA[\\w=-]{20,}|\\bMII[\\w+/=]{40,}'), u'***'),
)
OPTION = Pattern(u'((?<![\\w-])--([\\w-]+)[ =])(?!\\*\\*\\*)\\S+')
SECRET_OPTION = Pattern(u'(?i)(?:secret|token|key|kek)\\Z')
# MySQL's clients and sshpass take a password that is glued to the option.
GLUED = Pattern(u"""(?<![\\w-])(-p)(?!\\*\\*\\*)(?:'[^']*'?|"[^"]*"?|[^\\s'"`]+)""")
TAKES_GLUED = Pattern(u'(?i)mysql|mariadb|sshpass')
# A line of a key, whose first line is none of the text.
KEY_LINE = Pattern(u'(?<![A-Za-z0-9+/])(?=[A-Za-z0-9+/]*[a-z])(?=[A-Za-z0-9+/]*[A-Z])[A-Za-z0-9+/]{60,}={0,2}\\s*\\Z')


def is_secret(name):
    plain = re.sub('[^a-z0-9_]', '', name.lower().replace('-', '_'))
    return bool(SECRET_WORD.search(plain)) or plain in SECRET_NAMES


def has_password(text):
    """True for an address with a password or a token before the "@"."""
    return any('://' in word and word.rfind('@') > word.index('://') + 1 for word in text.split())


def hidden(text, mark=HIDDEN):
    """
    Replaces a secret value. The result still shows whether the value is empty, and whether it has a `$` that oslo.config takes
    for a reference.
    """
    if not text:
        return text
    refers = any(m.group(1) for m in REFERENCE.finditer(text))
    return mark[:-3] + u'$x' + mark[-3:] if refers else mark


def shown_value(name, text):
    if is_secret(name):
        return hidden(text)
    if len(text) > MAX_VALUE:  # The patterns below would take too long.
        return hidden(text)
    return hidden(text, HIDDEN_ADDRESS) if has_password(text) else without_secrets(text)


def assignment(line):
    """(blanks, name, sign with its blanks, value, blanks); None if there is no sign"""
    found = re.search(u'[:=]', line)
    if found is None:
        return None
    before, after = line[:found.start()], line[found.end():]
    name, value = before.strip(), after.strip()
    indent, lead = before[:len(before) - len(before.lstrip())], after[:len(after) - len(after.lstrip())]
    return (indent, name, before[len(indent) + len(name):] + found.group() + lead, value, after[len(lead) + len(value):])


def redact_line(line, was_secret):
    """(the line without secrets, whether indented lines below it belong to a secret)"""
    body = line.strip()
    # oslo.config refuses an indented line after a blank line, a comment or a section. Its author meant it as a part of the
    # value above, so it is hidden like that value.
    if not body:
        return line, was_secret
    lead = line[:len(line) - len(line.lstrip())]
    is_more = line[0] in u' \t'
    if not is_more and body[0] in u'#;':
        return body[0] + u'.' * (len(line.rstrip()) - 1), was_secret
    if not is_more and body[0] == u'[':
        if body.endswith(u']'):
            return line, was_secret
        head, closed, rest = body.partition(u']')
        return lead + (head + closed + u' ?' if closed else u'[?'), was_secret
    parts = assignment(line)
    if is_more and was_secret:
        return lead + (u'x = ***' if parts and u'=' in parts[2] else HIDDEN), True
    if parts is None:
        return (line, False) if is_more and not has_password(line) else (lead + HIDDEN, True)
    indent, name, sign, value, end = parts
    told = hidden(value, HIDDEN_ADDRESS) if has_password(body) and not is_secret(name) else shown_value(name, value)
    if not name:
        told = HIDDEN
    # An address may continue in the next line.
    return indent + name + sign + told + end, told != value or u'://' in value and u'@' not in value or is_secret(name)


def redact(text):
    """The text of a configuration file without its secrets. Names, sections, line ends and columns stay the same."""
    mark = u'\ufeff' if text.startswith(u'\ufeff') else u''
    out, is_hidden, is_alone = [mark], False, False
    for part in re.split(u'(\r\n|\r|\n)', text[len(mark):]):
        if part in (u'\r\n', u'\r', u'\n'):
            is_alone = part == u'\r'  # Python 2 reads the following text as a part of the line.
            out.append(part)
        elif is_alone and is_hidden and part:
            out.append(HIDDEN)
        else:
            told, is_hidden = redact_line(part, is_hidden)
            out.append(told)
    return u''.join(out)


def look_at_text(q, redacted, most, named=None):
    """@param named: the pattern of allowed names, also for the file that a link leads to; None allows any name"""
    with Place(q['path'], 'read') as place:
        real, status = place.real, place.find()
        if named is not None and not named.search(to_text(real)):
            raise Failure('refused', '%s has no name of a configuration file (*.conf, *.ini)' % to_text(real))
        if status is not None and status.st_size > most:
            raise too_large(real, most)
        seen = look(place)
    if seen is None:
        return {'exists': False, 'realPath': to_text(real)}
    status, content, _ = seen
    text = redacted(to_text(content))
    if len(encoded(text)) > MAX_TOLD_TEXT:  # What hides a secret may be longer than the secret, and a byte takes up to six in JSON.
        raise Failure('too-large', '%s has more than %d MiB as it would be told' % (to_text(real), MAX_TOLD_TEXT >> 20))
    return {'exists': True, 'realPath': to_text(real), 'text': text, 'mtimeSeconds': status.st_mtime,
            'mode': stat.S_IMODE(status.st_mode), 'owner': name_of(pwd.getpwuid, status.st_uid, 'pw_name'),
            'group': name_of(grp.getgrgid, status.st_gid, 'gr_name')}


# Any user's process may name any file on its command line, so only these names are read.
CONFIG_NAME = Pattern(u'\\.(conf|ini)\\Z')


def read_config(q):
    return look_at_text(q, redact, MAX_CONFIG, CONFIG_NAME)


INTERFACES_SECRET = Pattern(u'pass|psk|secret|key|token|credential|identity', re.IGNORECASE)
INTERFACES_COMMANDS = frozenset(u'up down pre-up post-up pre-down post-down'.split())
INTERFACES_LISTS = Pattern(u'(iface|mapping|auto|allow-.*|no-auto-down|no-scripts|source|source-directory|rename)\\Z')
# The letters of comments and commands are replaced by dots. Blanks, and characters that look like blanks, stay in place.
LETTER = Pattern(u'[^\\s\u200b-\u200d\u2060\ufeff]', re.UNICODE)


def dotted(text):
    return LETTER.sub(u'.', text)


def redact_interfaces(text):
    """
    A file of ifupdown, reduced to the parts that a report uses: places, names, values of options that are not secret, and the
    programs of commands.
    """
    lines, out = text.split(u'\n'), []
    while lines:
        pieces, ends = [lines.pop(0)], []
        is_comment = pieces[0].lstrip().startswith(u'#')
        while lines and pieces[-1].rstrip(u'\r').endswith(u'\\'):
            # ifup doesn't join a comment or a line that ends with CRLF to the next line. The author of a secret may have meant
            # that.
            if (is_comment or pieces[-1].endswith(u'\r')) and INTERFACES_LISTS.match((lines[0].split() or [u''])[0]):
                break
            ends.append(re.search(u'\\\\\r?\\Z', pieces[-1]).group())
            pieces[-1] = pieces[-1][:-len(ends[-1])]
            pieces.append(lines.pop(0))
        whole = u''.join(pieces)
        told = redact_stanza_line(whole)
        if len(told) != len(whole):
            pieces = [told] + [u''] * len(ends)
        else:
            for index, piece in enumerate(pieces):
                pieces[index], told = told[:len(piece)], told[len(piece):]
        out.append(u'\n'.join(piece + end for piece, end in zip(pieces, ends + [u''])))
    return u'\n'.join(out)


def redact_stanza_line(line):
    lead, name, blank, value = re.match(u'([ \t\v\f\r]*)([^ \t\v\f\r]*)([ \t\v\f\r]*)(.*)', line, re.DOTALL).groups()
    if name.startswith(u'#'):
        return lead + u'#' + dotted(line[len(lead) + 1:])
    if INTERFACES_LISTS.match(name):
        pass
    elif not value:  # ifup refuses an option without a value. The word may be the rest of a secret value.
        return lead + dotted(name) + blank
    elif INTERFACES_SECRET.search(name) or is_secret(name):
        return lead + name + blank + HIDDEN
    elif name in INTERFACES_COMMANDS:
        program = re.match(u'(/[A-Za-z0-9_./-]+(?=\\s|\\Z))?', value).group()
        return lead + name + blank + program + dotted(value[len(program):])
    body, sign, comment = re.match(u'(.*?)((?:^|[ \t\v\f\r])#|\\Z)(.*)', value, re.DOTALL).groups()
    told = without_secrets(body)
    return lead + name + blank + (HIDDEN_ADDRESS if has_password(told) else told) + sign + dotted(comment)


def read_interfaces(q):
    return look_at_text(q, redact_interfaces, MAX_CONFIG)


def without_user(found):
    """Hides what is between the first "://" and the last "@" of a word: a user, a password or a token."""
    word = found.group()
    start, end = word.find(u'://'), word.rfind(u'@')
    return word if start < 0 or end < start else word[:start + 3] + u'***' + word[end:]


def without_argument(found):
    option = found.group(2)
    is_hidden = SECRET_OPTION.search(option) or u'pass' in option.lower().rpartition(u'-')[2]
    return found.group(1) + HIDDEN if is_hidden else found.group()


def without_secrets(text):
    text = re.sub(u'\\S+', without_user, text) if u'://' in text else text
    for pattern, instead in SECRET_IN_LOG:
        text = pattern.sub(instead, text)
    text = OPTION.sub(without_argument, text)
    return GLUED.sub(u'\\1***', text) if TAKES_GLUED.search(text) else text


def told_lines(raw, count=MAX_LOG_LINES):
    lines = [re.sub(u'\x1b\\[[0-9;]*m', u'', to_text(line[:8 * MAX_LOG_LINE])) for line in raw.split(b'\n') if line.strip()]
    return [KEY_LINE.sub(u'***', without_secrets(line))[:MAX_LOG_LINE] for line in lines[-count:]]


def log_errors(q):
    """The last lines that report an error, from the last MiB of a log."""
    with Place(q['path'], 'read') as place:
        seen = look_by(read_end, place)
    if seen is None:
        return {'exists': False}
    status, raw = seen
    found = [line for line in raw.split(b'\n') if ERROR_LINE.search(to_text(line[:2000]))]
    return {'exists': True, 'size': status.st_size, 'mtimeSeconds': status.st_mtime, 'lines': told_lines(b'\n'.join(found))}


def find_in_log(q):
    """The lines of a log about one request or one server: their number, and the last of them that report an error."""
    ids = [to_bytes(word) for word in q['ids']]
    with Place(q['path'], 'read') as place:
        seen = look_by(lambda fd, _: search(fd, ids), place)
    if seen is None:
        return {'exists': False}
    status, (searched, count, errors) = seen
    return {'exists': True, 'size': status.st_size, 'searched': searched, 'count': count, 'lines': told_lines(b'\n'.join(errors))}


def search(fd, ids):
    """
    Searches the last MAX_SEARCHED bytes in blocks. Returns (bytes, number of lines with one of the ids, the last of them that
    report an error).
    """
    size = os.fstat(fd).st_size
    os.lseek(fd, max(0, size - MAX_SEARCHED), os.SEEK_SET)
    left, searched, rest, count, errors = MAX_SEARCHED, 0, b'', 0, []
    while left > 0:
        part = os.read(fd, min(left, 1 << 20))
        left, searched = left - len(part), searched + len(part)
        whole, _, rest = (rest + (part or b'\n')).rpartition(b'\n')
        rest = rest[-(1 << 16):]  # Lines of a log are shorter than this.
        for line in whole.split(b'\n') if any(word in whole for word in ids) else ():
            if any(word in line for word in ids):
                count += 1
                if ERROR_LINE.search(to_text(line[:2000])):
                    errors = errors[1 - MAX_LOG_LINES:] + [line]
        if not part:
            break
    return searched, count, errors


# The pattern allows the colours that a service writes for a terminal.
LOG_TIME = Pattern(b'(?m)^(?:\x1b\\[[0-9;]*m)*([0-9]{4})-([0-9]{2})-([0-9]{2})[ T]([0-9]{2}):([0-9]{2}):([0-9]{2})')


def log_start(q):
    """The time of the first line of a log that begins with a time, in the host's own zone: the log has nothing older."""
    with Place(q['path'], 'read') as place:
        seen = look_by(lambda fd, _: os.read(fd, 1 << 16), place)
    if seen is None:
        return {'exists': False}
    found = LOG_TIME.search(seen[1])
    return {'exists': True, 'startSeconds': found and seconds_of([int(part) for part in found.groups()])}


def seconds_of(parts):
    """Seconds since 1970; None if the time doesn't exist."""
    try:
        return time.mktime(tuple(parts) + (0, 0, -1))
    except (OverflowError, ValueError):
        return None


def read_end(fd, _):
    size = os.fstat(fd).st_size
    os.lseek(fd, max(0, size - LOG_BYTES), os.SEEK_SET)
    parts, left = [], LOG_BYTES
    while left > 0:
        part = os.read(fd, left)
        if not part:
            break
        parts.append(part)
        left -= len(part)
    return b''.join(parts)


def boot_log(q):
    """The end of the output that the init system has kept of the unit's service."""
    unit = str(q['unit'])
    if init_system() == 'systemd':
        code, out, err = run('journalctl', ['-q', '--no-pager', '-o', 'short-iso', '-n', str(MAX_LOG_LINES), '-u', unit])
        if code != 0:
            raise Failure('failed', 'journalctl ended with %d: %s' % (code, said(err)))
        return {'from': 'journalctl -u ' + unit, 'lines': told_lines(out)}
    path = '/var/log/upstart/%s.log' % unit
    with Place(path, None) as place:
        seen = look_by(read_end, place)
    return {'from': path, 'lines': [] if seen is None else told_lines(seen[1])}


def read_proc(pid, name):
    with open('/proc/%s/%s' % (pid, name), 'rb') as stream:
        return stream.read(1 << 18)


def link_of(pid, name):
    try:
        return to_text(os.readlink(to_bytes('/proc/%s/%s' % (pid, name))))
    except (IOError, OSError):
        return None


def words_of(raw):
    """(title, argv). A process that set its own title has its arguments in brackets in the title."""
    words = [to_text(word) for word in raw.split(b'\0') if word]
    if not words or ' ' not in words[0]:
        return None, words
    title, _, rest = words[0].partition(' (')
    if title.startswith('/'):
        return None, words[0].split()
    return title.strip(), rest.rstrip().rstrip(')').split() or title.split()


def service_of(title, words):
    """The name of the service, found by its program; None for any other program, such as an editor."""
    if not words:
        return None
    program = os.path.basename(words[0])
    if title is not None:
        candidates = [re.split('[ :]', title.replace('(wsgi:', '').strip(), maxsplit=1)[0]]
    elif re.match('python[0-9.]*\\Z', program):
        candidates = [word for word in words[1:] if not word.startswith('-')][:2]
    elif re.match('uwsgi|gunicorn|apache2|httpd', program):
        candidates = [part for word in words[1:] for part in word.split('=', 1) if not part.startswith('-')]
    else:
        candidates = [program]
    for word in candidates:
        named = SERVICE.match(word)
        name = named and re.sub('-u?wsgi(-.*)?\\Z', '', named.group(1))
        if name and not NO_SERVICE.search(name):
            return name
    return None


def told_words(words):
    """argv without its secrets, bounded."""
    told, hides_next, takes_glued = [], False, any(TAKES_GLUED.search(word) for word in words[:MAX_WORDS])
    for word in words[:MAX_WORDS]:
        if len(word) > MAX_WORD:  # A cut word could hide that it has a secret.
            word = HIDDEN
        name, sign, value = word.partition('=')
        bare = re.split('[-.:]', name)[-1]
        is_hidden = is_secret(bare) or is_secret(name.lstrip('-'))
        if hides_next:
            told.append(HIDDEN)
        elif takes_glued and word.startswith('-p') and len(word) > 2:
            told.append(word[:2] + HIDDEN)
        elif sign:
            told.append(name + sign + (hidden(value) if is_hidden else shown_value('', value)))
        else:
            told.append(shown_value('', word))
        hides_next = is_hidden and not sign and name.startswith('-')
    return [word[:MAX_WORD] for word in told]


ENVIRONMENT_NAME = Pattern('OS_[A-Za-z0-9_]{1,250}\\Z')
CONFIG_PLACE = Pattern('OS_[A-Z]+_CONFIG_(DIR|FILES)\\Z')


def told_environment(raw):
    """
    The variables OS_* only. An option's variable has its value, unless it is secret; any other variable has only its name.
    """
    told = {}
    for entry in raw.split(b'\0'):
        name, sign, value = to_text(entry).partition('=')
        if sign and ENVIRONMENT_NAME.match(name) and len(told) < MAX_WORDS:
            option = name[3:].partition('__')[2]
            told[name] = (shown_value(option, value) if option else shown_value('', value) if CONFIG_PLACE.match(name) else None)
            told[name] = told[name] and told[name][:MAX_WORD]
    return told


def home_of(raw, uid):
    for entry in raw.split(b'\0'):
        if entry.startswith(b'HOME=/'):
            return to_text(entry[5:])[:MAX_WORD]
    try:
        return to_text(pwd.getpwuid(uid).pw_dir)
    except KeyError:
        return None


def container_in(group):
    """[runtime, name or id of the container] by a process's control groups; [None, None] if no known runtime made them."""
    for runtime, pattern in CONTAINERS:
        found = pattern.search(group)
        if found:
            return [runtime, found.group(1)[:64]]
    return [None, None]


def container_of(pid):
    try:
        return container_in(to_text(read_proc(pid, 'cgroup')))
    except (IOError, OSError):
        return [None, None]


def contained_services(_):
    """Services in containers, in any network namespace. They have another root folder, or a control group of a runtime."""
    found, left, own, root = [], 0, container_of('self'), os.stat('/')
    for pid in pids():
        try:
            service = service_of(*words_of(read_proc(pid, 'cmdline')))
            if service is None:
                continue
            there = os.stat('/proc/%s/root' % pid)
            runtime, name = container_of(pid)
            if (there.st_dev, there.st_ino) == (root.st_dev, root.st_ino) and (runtime is None or [runtime, name] == own):
                continue
            shares = link_of(pid, 'ns/net') == link_of('self', 'ns/net')
        except (IOError, OSError, IndexError):
            continue  # It ended in the meantime.
        if len(found) == MAX_PROCESSES:
            left += 1
        else:
            found.append({'service': service, 'pid': int(pid), 'runtime': runtime, 'container': name, 'sharesNetwork': shares})
    return {'services': found, 'left': left}


def unit_of(pid):
    """The unit of systemd, found by the control group."""
    try:
        found = re.findall('/([A-Za-z0-9@_.:\\\\-]+\\.service)', to_text(read_proc(pid, 'cgroup')))
    except (IOError, OSError):
        return None
    return found[-1][:256] if found else None


def python_of(pid, program):
    name = os.path.basename(link_of(pid, 'exe') or '')
    found = re.match('python([23])', name) or re.match('python([23])', os.path.basename(program))
    return int(found.group(1)) if found else None


def open_logs(pid):
    """The files that the process has open and that have the name of a log."""
    found = set()
    for fd in os.listdir('/proc/%s/fd' % pid):
        target = link_of(pid, 'fd/' + fd)
        if target and target.startswith('/') and re.search('\\.log(\\.[0-9]+)?( \\(deleted\\))?\\Z', target):
            found.add(target[:MAX_WORD])
    return sorted(found)[:20]


def look_at_process(pid):
    """None if the process is no service of OpenStack in this network namespace."""
    title, words = words_of(read_proc(pid, 'cmdline'))
    service = service_of(title, words)
    if service is None or link_of(pid, 'ns/net') != link_of('self', 'ns/net'):
        return None
    environment, uid = read_proc(pid, 'environ'), os.stat('/proc/%s' % pid).st_uid
    fields = read_proc(pid, 'stat').rpartition(b')')[2].split()
    root, own = os.stat('/proc/%s/root' % pid), os.stat('/')
    return {
        'pid': int(pid), 'parent': int(fields[1]), 'service': service, 'title': title and without_secrets(title[:MAX_WORD]), 'argv': told_words(words),
        'environment': told_environment(environment), 'user': name_of(pwd.getpwuid, uid, 'pw_name'),
        'folder': link_of(pid, 'cwd'), 'home': home_of(environment, uid), 'python': python_of(pid, words[0]),
        'unit': unit_of(pid), 'logs': open_logs(pid), 'isContained': (root.st_dev, root.st_ino) != (own.st_dev, own.st_ino),
        'aliveSeconds': max(0, uptime() - int(fields[19]) / float(os.sysconf('SC_CLK_TCK'))),
    }


def uptime():
    with open('/proc/uptime') as stream:
        return float(stream.read().split()[0])


def pids():
    return sorted((name for name in os.listdir('/proc') if name.isdigit()), key=int)


def service_processes(_):
    found, left, room = [], 0, MAX_TOLD
    for pid in pids():
        try:
            if len(found) == MAX_PROCESSES or room <= 0:
                left += service_of(*words_of(read_proc(pid, 'cmdline'))) is not None
                continue
            process = look_at_process(pid)
        except (IOError, OSError, IndexError):
            continue  # The process ended in the meantime.
        if process is not None:
            room -= len(json.dumps(process))
            found.append(process)
    return {'processes': found, 'left': left}


# Namespaces in which packages list the options that a service registers. A release without one of these names ignores it.
LIBRARIES = ('oslo.log oslo.messaging oslo.db oslo.policy oslo.concurrency oslo.cache oslo.limit oslo.reports oslo.privsep '
             'oslo.middleware oslo.middleware.cors oslo.middleware.http_proxy_to_wsgi oslo.middleware.healthcheck '
             'oslo.service.service oslo.service.wsgi oslo.service.sslutils oslo.service.periodic_task oslo.versionedobjects '
             'keystonemiddleware.auth_token osprofiler castellan.config').split()
NAMESPACES = {
    u'nova': 'nova.conf os_vif os_brick'.split(),
    u'neutron': ('neutron neutron.agent neutron.az.agent neutron.base.agent neutron.db neutron.dhcp.agent neutron.experimental '
                 'neutron.extensions neutron.l3.agent neutron.metadata.agent neutron.metering.agent neutron.ml2 '
                 'neutron.ml2.linuxbridge.agent neutron.ml2.macvtap.agent neutron.ml2.ovn neutron.ml2.ovs.agent neutron.ml2.sriov.agent '
                 'neutron.ml2.xenapi neutron.ovn.metadata.agent nova.auth ironic.auth placement.auth').split(),
    u'cinder': 'cinder os_brick'.split(), u'glance': 'glance.api glance.store glance.multi_store glance.registry os_brick'.split(),
    u'keystone': ['keystone'], u'placement': ['placement.conf'],
}


def is_only_roots(path):
    """True if nobody but root can have made the file, its folders, and the links to it."""
    try:
        with Place(path, None) as place:
            status = place.find()
            return status is not None and place.folder.is_roots and is_roots(status)
    except (Failure, IOError, OSError):
        return False


def names_like(pattern, folder):
    return [name for name in os.listdir(folder) if re.match(pattern, name)] if os.path.isdir(folder) else []


def is_safe_tool(path):
    """True if nobody but root has a say in what runs: in the file, its interpreter, and the folders of the interpreter's modules."""
    if os.getuid() != 0:
        return True  # Then the login runs it with no more rights than it has.
    with open(path, 'rb') as stream:
        named = re.match(b'#![ \t]*(/[^ \t\r\n]+)', stream.readline(256))
    program = named.group(1) if named else to_bytes(path)
    own = os.path.dirname(program)
    folders = [os.path.dirname(own)]
    modules = [path for path in (os.path.join(folder, b'pyvenv.cfg') for folder in folders + [own]) if os.path.lexists(path)]
    for pattern in (b'lib', b'python', b'.*-packages\\Z'):
        folders = [os.path.join(folder, name) for folder in folders for name in names_like(pattern, folder)]
        modules += folders
    return is_only_roots(path) and is_only_roots(program) and all(is_only_roots(folder) for folder in modules)


def safe_tool(name):
    path = find_tool(name)
    return path if path is not None and is_safe_tool(path) else None


def generated_options(project):
    if safe_tool('oslo-config-generator') is None:
        raise Failure('no-tool', 'there is no oslo-config-generator that belongs to root alone, with its interpreter and its modules')
    words = [word for name in NAMESPACES[project] + LIBRARIES for word in ('--namespace', name)]
    code, out, err = run('oslo-config-generator', ['--format', 'json'] + words)
    if code != 0:
        raise Failure('failed', 'oslo-config-generator ended with %d: %s' % (code, said(err)))
    for section, group in sorted(json.loads(to_text(out))['options'].items()):
        for option in group['opts']:
            former = [{'section': f.get('group') or section, 'name': f['name'].replace('-', '_')}
                      for f in option['deprecated_opts'] if f.get('name')]
            yield {'section': section, 'name': option['dest'], 'former': former,
                   'multiple': option['type'] == 'multi valued'}, option


def registered_options(q):
    """The options that a project's services register. The packages on the host list them for the generator of sample files."""
    return {'options': [told for told, _ in generated_options(q['project'])]}


def described_options(q):
    return {'options': [dict(told, mutable=bool(option.get('mutable')), secret=bool(option.get('secret')))
                        for told, option in generated_options(q['project'])]}


# Reads the files as the service would. The library gets them as descriptors, so that no file in any folder has a secret.
OSLO_READER = '''
import json, sys, tempfile, base64
try:
    from oslo_config import cfg
except ImportError:
    try:
        from oslo.config import cfg
    except ImportError:
        sys.exit(3)
cfg.ConfigOpts._open_source_from_opt_group = lambda *_: None  # A file may name a server with further options.
asked = json.loads(sys.stdin.read())
files = [tempfile.TemporaryFile() for _ in asked['contents']]
for stream, content in zip(files, asked['contents']):
    stream.write(base64.b64decode(content))
    stream.flush()
former = []
for each in asked['former']:
    section, _, name = each.rpartition('/')
    former.append(cfg.DeprecatedOpt(name, group=section))
conf = cfg.ConfigOpts()
option = (cfg.MultiStrOpt if asked['multiple'] else cfg.StrOpt)(asked['name'], deprecated_opts=former)
group = None if asked['section'] == 'DEFAULT' else asked['section']
conf.register_opt(option, group=group)
paths = ['/proc/self/fd/%d' % stream.fileno() for stream in files]
extra = {'default_config_dirs': [], 'use_env': False}
while True:
    try:
        conf([], project='stackward', default_config_files=paths, **extra)
        break
    except TypeError:
        if not extra:
            raise
        extra.popitem()
value = getattr(conf if group is None else getattr(conf, group), option.dest)
found = [] if value is None else value if asked['multiple'] else [value]
sys.exit(0 if asked['values'] is None or found == asked['values'] else 4)
'''


def oslo_python():
    """The Python of oslo.config's own tool, because it finds the library; else the system's Python."""
    tool = find_tool('oslo-config-generator')
    if tool is not None:
        if not is_safe_tool(tool):
            return None
        with open(tool, 'rb') as stream:
            named = re.match('#![ \\t]*((?:/[A-Za-z0-9_.+-]+)+/python[0-9.]*)\\Z', to_text(stream.readline(256)).strip())
        if named:
            return named.group(1)
    return safe_tool('python3') or safe_tool('python2') or safe_tool('python')


def check_config(q):
    """Checks that the host's oslo.config accepts these files and reads these values. Its messages stay here; they may quote lines."""
    python = oslo_python()
    if python is None:
        return {'isChecked': False}
    asked = dict((name, q[name]) for name in ('contents', 'section', 'name', 'former', 'multiple', 'values'))
    code, _, err = run(python, ['-c', OSLO_READER], to_bytes(json.dumps(asked)))
    if code in (0, 3):
        return {'isChecked': code == 0}
    last = (to_text(err).strip().splitlines() or [''])[-1]
    error = re.match('[A-Za-z_.]{1,100}', last)
    if error is not None and error.group(0).endswith('UnicodeDecodeError'):
        return {'isChecked': False}  # Before 3.7, Python 3 accepts only ASCII here, even if the service accepts more.
    what = 'reads another value of [%s] %s than is wanted' % (q['section'], q['name']) if code == 4 else 'refuses the files: %s' % (
        error.group(0) if error else 'it ended with %d' % code)
    raise Failure('rejected', "the host's own oslo.config %s" % what)


# The same list as in lib/openstack/restarts.ts: services of the control plane, without customers' traffic or work under way.
RESTARTABLE = Pattern('(?:openstack-)?(?:nova-(?:api|scheduler|conductor)|neutron-(?:server|api|rpc-server)|cinder-(?:api|scheduler)|'
                         'glance-api|placement-api|heat-api(?:-cfn)?)(?:@[A-Za-z0-9_-]{1,50})?\\.service\\Z')


# systemd stops and starts an active unit together with each unit that it has in one of these.
RESTARTED_ALONG = ('RequiredBy', 'RequiredByOverridable', 'RequisiteOf', 'RequisiteOfOverridable', 'BoundBy', 'ConsistsOf', 'PropagatesStopTo')


def look_at_unit(unit):
    """(its state, the units that are restarted along)"""
    code, out, err = run('systemctl', ['show', '--property=ActiveState,' + ','.join(RESTARTED_ALONG), unit])
    if code != 0:
        raise Failure('failed', 'systemctl show %s ended with %d: %s' % (unit, code, said(err)))
    told = dict(line.partition('=')[::2] for line in to_text(out).split('\n'))
    return told.get('ActiveState'), sorted(set(name for key in RESTARTED_ALONG for name in told.get(key, '').split()))


def refuse_more_than(unit):
    """A restart starts no service that somebody stopped, and restarts no other that may not be restarted."""
    state, rest = look_at_unit(unit)
    if state == 'inactive':
        raise Failure('refused', '%s does not run, and stackward starts no service that somebody stopped; start it there' % unit)
    seen = set([unit])
    while rest:
        name = rest.pop()
        if name in seen:
            continue
        seen.add(name)
        state, along = look_at_unit(name)
        if state in ('inactive', 'failed'):
            continue
        if not RESTARTABLE.match(name) or limits is not None and name not in limits.get('restart', []):
            raise Failure('refused', 'systemd would restart %s together with %s, and it may not be restarted; restart both by hand' % (name, unit))
        rest += along


def restart_unit(q):
    unit = str(q['unit'])
    if limits is not None and unit not in limits.get('restart', []):
        raise Failure('outside-limits', 'the limits of the host program name no unit %s in "restart"' % unit)
    if init_system() != 'systemd':
        raise Failure('no-tool', 'systemd does not run there')
    refuse_more_than(unit)
    code, _, err = run('systemctl', ['restart', unit])
    if code != 0:
        raise Failure('failed', 'systemctl restart %s ended with %d: %s' % (unit, code, said(err)))
    return {}


def address_of(text):
    """Parses `0100007F:1F90` of /proc/net/tcp. Each group of four bytes is in the machine's own byte order."""
    raw, _, port = text.partition(':')
    groups = [binascii.unhexlify(raw[i:i + 8]) for i in range(0, len(raw), 8)]
    packed = b''.join(group[::-1] if sys.byteorder == 'little' else group for group in groups)
    return socket.inet_ntop(socket.AF_INET if len(packed) == 4 else socket.AF_INET6, packed), int(port, 16)


def find_sockets(names, state, wanted=lambda port: True):
    """{inode: (address, port, [])} in this network namespace; find_holders fills the lists."""
    sockets = {}
    for name in names:
        if os.path.exists('/proc/self/net/' + name):
            for line in read_proc('self', 'net/' + name).decode('ascii').split('\n')[1:]:
                fields = line.split()
                if len(fields) > 9 and fields[3] == state and len(sockets) < MAX_SOCKETS:
                    address, port = address_of(fields[1])
                    if wanted(port):
                        sockets['socket:[%s]' % fields[9]] = (address, port, [])
    return sockets


def find_holders(sockets):
    """The same, with the processes that have each socket open."""
    for pid in pids() if sockets else []:
        try:
            held = set(link_of(pid, 'fd/' + fd) for fd in os.listdir('/proc/%s/fd' % pid))
            program = to_text(read_proc(pid, 'comm')).strip()
        except (IOError, OSError):
            continue
        for inode in held & set(sockets):
            sockets[inode][2].append({'pid': int(pid), 'program': program})
    return sockets


def listeners(_):
    """The sockets that accept TCP connections in this network namespace, and the processes that have them open."""
    return {'sockets': [{'address': address, 'port': port, 'holders': holders[:64]} for address, port, holders in sorted(
        find_holders(find_sockets(('tcp', 'tcp6'), '0A')).values(), key=lambda s: (s[1], s[0]))]}


# --- settings in Python -------------------------------------------------------------------------------------------------

# Horizon's local_settings.py and its like, by their syntax alone: nothing of a file is ever run, and no text of it leaves the
# host but the literals that are asked for by name.
MAX_SETTINGS = 128 << 10
MAX_LITERAL = 1 << 14
SETTINGS_FILE = Pattern(u'/(?:[A-Za-z0-9_.-]{1,100}\\.py|local_settings)\\Z')
ADDED = b'# Settings that stackward added. Each line is kept by a declaration.'
ENCODING = Pattern(b'[ \t\f]*#.*?coding[:=][ \t]*([-\\w.]+)')
# Methods of a dictionary or a list that don't change it.
READ_METHODS = frozenset('get keys values items iterkeys itervalues iteritems has_key copy index count'.split())
READ_CALLS = frozenset('len str repr dict list tuple set frozenset sorted bool isinstance any all min max sum'.split())
RUN_CALLS = frozenset('exec eval execfile globals locals vars setattr delattr'.split())
HOLDERS = frozenset('Assign AnnAssign NamedExpr List Tuple Set Dict Return Yield IfExp BoolOp keyword Starred'.split())
LITERAL_NODES = frozenset('Constant Num Str Bytes NameConstant Name List Tuple UnaryOp USub UAdd Load'.split())
SCOPES = frozenset('FunctionDef AsyncFunctionDef ClassDef Lambda'.split())
IMPORT_ERRORS = frozenset('ImportError ModuleNotFoundError Exception BaseException'.split())


def type_of(node):
    return type(node).__name__


def text_of(node):
    """The text of a constant; None if the node is not a constant text."""
    value = getattr(node, {'Str': 's', 'Constant': 'value'}.get(type_of(node), ''), None)
    try:
        return value if isinstance(value, TEXT) else value.decode('utf-8') if PYTHON2 and isinstance(value, bytes) else None
    except UnicodeDecodeError:
        return None


def chain_of(node):
    """N['a']['b'] gives ['N', 'a', 'b']. A key that is no constant text becomes None. Other expressions give None."""
    keys = []
    while type_of(node) == 'Subscript':
        keys.append(text_of(node.slice.value if type_of(node.slice) == 'Index' else node.slice))
        node = node.value
    return [node.id] + keys[::-1] if type_of(node) == 'Name' else None


def leads_to(chain, name):
    """True if the chain may name the setting, a part of it, or something that contains it. A key None may be any key."""
    return chain is not None and all(a is None or a == b for a, b in zip(chain, name))


def as_json(value):
    """@throws ValueError if JSON can't express the value"""
    if value is None or isinstance(value, (bool, TEXT)):
        return value
    if PYTHON2 and isinstance(value, bytes):
        return value.decode('utf-8')
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    if isinstance(value, float) and value - value == 0 or isinstance(value, (int, type(1 << 64))) and abs(value) < 1 << 53:
        return value
    raise ValueError()


def texts_in(value):
    return [text for item in value for text in texts_in(item)] if isinstance(value, list) else [value] if isinstance(value, TEXT) else []


class Told(object):
    """One statement that may change a setting. `span`: the first byte of its literal or name, and the byte after it."""

    def __init__(self, node, what, span=None, put=None, is_statement=False):
        self.node, self.what, self.span, self.put, self.is_statement, self.value = node, what, span, put, is_statement, None


class PythonText(object):
    """A file in Python. @throws Failure('invalid') with line and column if this Python can't parse it"""

    def __init__(self, content, real):
        self.content, self.real = content, real
        self.skipped = len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else 0
        lone = re.search(b'\r(?!\n)', content)
        if lone:
            raise self.fault(content.count(b'\n', 0, lone.start()) + 1, 1, 'a carriage return stands there without a line feed')
        for line in content[self.skipped:].split(b'\n', 2)[:2]:
            named = ENCODING.match(line)
            if named and to_text(named.group(1)).lower() not in ('utf-8', 'utf8', 'ascii', 'us-ascii'):
                raise self.fault(1, 1, 'it is written in %s, and stackward edits UTF-8 alone' % to_text(named.group(1)))
        try:
            content.decode('utf-8')
            with warnings.catch_warnings():
                warnings.simplefilter('ignore')
                self.tree = compile(content, 'settings', 'exec', ast.PyCF_ONLY_AST, True)
                # Python 2 computes `1 << 9999999999` while it compiles. The check is for mistakes that a tree doesn't show.
                if not (PYTHON2 and any(type_of(node) == 'BinOp' for node in ast.walk(self.tree))):
                    compile(content, 'settings', 'exec', 0, True)
            self.lines = [0] + [self.skipped + m.end() for m in re.finditer(b'\n', content[self.skipped:])]
            self.lines[0] = self.skipped
            self.read_tokens()
        except SyntaxError as error:
            raise self.fault(error.lineno or 1, error.offset or 1, error.msg)
        except (ValueError, TypeError, MemoryError, RuntimeError, tokenize.TokenError):
            raise self.fault(1, 1, 'it is no text of Python in UTF-8, or is nested too deep')

    def fault(self, line, column, why):
        return Failure('invalid', '%s:%d:%d: Python %d.%d says: %s' % (
            (to_text(self.real), line, max(column, 1)) + tuple(sys.version_info[:2]) + (why,)))

    def read_tokens(self):
        """[(kind, word, its first byte, the byte after it)]"""
        raw = re.findall(b'[^\n]*\n|[^\n]+', self.content[self.skipped:])
        rows = raw if PYTHON2 else [row.decode('utf-8') for row in raw]
        left = iter(rows)

        def at(place):
            row, column = place
            if row > len(rows):
                return len(self.content)
            return self.lines[row - 1] + (column if PYTHON2 else len(rows[row - 1][:column].encode('utf-8')))

        self.tokens = [(tokenize.tok_name[kind], word, at(start), at(end))
                       for kind, word, start, end, _ in tokenize.generate_tokens(lambda: next(left, rows[0][:0] if rows else ''))]
        self.at_byte = dict((token[2], index) for index, token in reversed(list(enumerate(self.tokens)))
                            if token[0] not in ('INDENT', 'DEDENT', 'NL', 'COMMENT'))

    def place_of(self, byte):
        """(line, column); both begin with 1"""
        line = bisect.bisect_right(self.lines, byte)
        return line, len(to_text(self.content[self.lines[line - 1]:byte])) + 1

    # --- the place of a value

    def trimmed(self, first, end):
        while first < end and self.tokens[first][0] in ('NL', 'COMMENT'):
            first += 1
        while first < end and self.tokens[end - 1][0] in ('NL', 'COMMENT'):
            end -= 1
        return first, end

    def closing(self, first):
        """The index of the bracket that closes this one."""
        depth = 0
        for index in range(first, len(self.tokens)):
            depth += self.depth_by(index)
            if depth == 0:
                return index

    def depth_by(self, index):
        kind, word = self.tokens[index][:2]
        return 0 if kind != 'OP' else 1 if word in ('(', '[', '{') else -1 if word in (')', ']', '}') else 0

    def is_sign(self, index, word):
        return self.tokens[index][0] == 'OP' and self.tokens[index][1] == word

    def end_of(self, statement):
        """The indexes of three tokens: the statement's first, the "=" before its value, and the first one after the statement."""
        first = self.at_byte[self.lines[statement.lineno - 1] + statement.col_offset]
        depth, sign = 0, None
        for index in range(first, len(self.tokens)):
            depth += self.depth_by(index)
            if depth == 0 and (self.tokens[index][0] in ('NEWLINE', 'ENDMARKER') or self.is_sign(index, ';')):
                return first, sign, index
            if depth == 0 and self.is_sign(index, '='):
                sign = index

    def unwrapped(self, first, end, node):
        first, end = self.trimmed(first, end)
        while type_of(node) != 'Tuple' and self.is_sign(first, '(') and self.closing(first) == end - 1:
            first, end = self.trimmed(first + 1, end - 1)
        return first, end

    def entries(self, first, end):
        """For each entry between the brackets: the indexes of the first token of its value, and of the token after the value."""
        found, depth, start, colon = [], 0, first + 1, None
        for index in range(first + 1, end):
            depth += self.depth_by(index)
            if depth == 0 and colon is None and self.is_sign(index, ':'):
                colon = index
            if index == end - 1 or depth == 0 and self.is_sign(index, ','):
                if self.trimmed(start, index)[0] < index:
                    found.append((start if colon is None else colon + 1, index))
                start, colon = index + 1, None
        return found

    # --- the statements that may change a setting

    def told(self, name):
        """All places that may change the setting, in the order of the file."""
        found = []
        for statement in self.tree.body:
            kind = type_of(statement)
            targets = getattr(statement, 'targets', None) or [getattr(statement, 'target', None)]
            chain = chain_of(targets[0]) if len(targets) == 1 else None
            if kind in ('Assign', 'AnnAssign') and chain and chain[0] == name[0] and None not in chain:
                if statement.value is not None and leads_to(chain, name):
                    found.append(self.assigned(statement, chain, name))
            elif kind in ('Import', 'ImportFrom'):
                if name[0] in bound_by(statement):
                    found.append(Told(statement, 'imported' if len(name) <= 2 else 'computed'))
            else:
                last = found[-1] if found else None
                hit = touched(statement, name, last is not None and isinstance(last.value, list))
                if hit is not None:
                    is_plain = not isinstance(getattr(statement, 'body', None), list) or kind in SCOPES
                    found.append(Told(hit, 'changed' if is_plain else 'conditional'))
        return found

    def assigned(self, statement, chain, name):
        if len(chain) > len(name):
            return Told(statement, 'changed')
        _, sign, end = self.end_of(statement)
        node, put = statement.value, lambda other: setattr(statement, 'value', other)
        first, end = self.unwrapped(sign + 1, end, node)
        for depth, key in enumerate(name[len(chain):], len(chain) + 1):
            if type_of(node) != 'Dict':
                return Told(statement, 'computed')
            keys = [None if each is None else text_of(each) for each in node.keys]
            index = len(keys) - 1 - keys[::-1].index(key) if key in keys else -1
            if None in node.keys[index + 1:]:
                return Told(statement, 'computed')  # `**other` may contain it.
            if index < 0:
                return Told(statement, 'lacking' if depth == len(name) else 'computed')
            entries = self.entries(first, end)
            if len(entries) != len(keys):
                raise Failure('invalid', '%s:%d: its entries could not be told apart' % (to_text(self.real), statement.lineno))
            put = put_into(node.values, index)
            node = node.values[index]
            first, end = self.unwrapped(entries[index][0], entries[index][1], node)
        told = Told(statement, 'computed', (self.tokens[first][2], self.tokens[end - 1][3]), put, len(chain) == len(name))
        told.what, told.value = meaning_of(node, len(self.source_of(told)))
        return told

    def source_of(self, told):
        return self.content[told.span[0]:told.span[1]].decode('utf-8')

    def stars(self):
        """All `from x import *`. This file doesn't show which names they define."""
        found = []

        def visit(node, is_guarded, is_conditional):
            if type_of(node) == 'ImportFrom' and node.names[0].name == '*':
                found.append({'module': to_text(node.module or ''), 'level': node.level or 0, 'line': node.lineno,
                              'isGuarded': is_guarded, 'isConditional': is_conditional})
            is_try = type_of(node) in ('Try', 'TryExcept') and catches_imports(node)
            for field, children in ast.iter_fields(node):
                for child in children if isinstance(children, list) else []:
                    if isinstance(child, ast.stmt) or hasattr(child, 'body'):
                        is_body = field == 'body' and type_of(node) in ('Module', 'Try', 'TryExcept', 'TryFinally')
                        visit(child, is_guarded or is_try and field == 'body', is_conditional or not is_body)
        visit(self.tree, False, False)
        return found

    # --- edits

    def with_change(self, change):
        """The content of the file after the change."""
        name, literal = change['name'], change['literal']
        told = (self.told(name) or [None])[-1]
        what = None if told is None else told.what
        if what not in (None, 'literal', 'name', 'lacking', 'imported'):
            raise Failure('refused', '%s:%d has a say in %s, and is no plain assignment of a literal' % (
                to_text(self.real), told.node.lineno, '.'.join(name)))
        source = None if what in (None, 'lacking', 'imported') else self.source_of(told)
        if source != change['expect']:
            raise Failure('changed', '%s: %s is not as it was seen' % (to_text(self.real), '.'.join(name)))
        if literal == source:
            return self.content
        if source is None:
            if len(name) > 1 and told is None:
                raise Failure('refused', '%s has no dictionary %s' % (to_text(self.real), name[0]))
            return self.with_line(name, literal)
        if literal is None:
            return self.without(name, told)
        return self.with_literal(name, told, literal)

    def after(self, content, is_so):
        """The content, if Python reads it, and reads what it must."""
        if not is_so(PythonText(content, self.real)):
            raise Failure('refused', '%s can\'t be edited so that only this setting changes; edit it by hand' % to_text(self.real))
        return content

    def with_literal(self, name, told, literal):
        start, end = told.span
        told.put(ast.Pass())
        before = ast.dump(self.tree)

        def is_so(text):
            now = text.told(name)[-1]
            if now.what not in ('literal', 'name') or text.source_of(now) != literal:
                return False
            now.put(ast.Pass())
            return ast.dump(text.tree) == before
        return self.after(self.content[:start] + to_bytes(literal) + self.content[end:], is_so)

    def with_line(self, name, literal):
        end = self.line_end()
        line = to_bytes(name[0] + u''.join(u"['%s']" % key for key in name[1:]) + u' = ' + literal)
        content = self.content
        if ADDED not in content:
            content += (end if content else b'') + ADDED + end
        elif not content.endswith(b'\n'):
            content += end

        def is_so(text):
            now = text.told(name)[-1]
            return dumps(text)[:-1] == dumps(self) and now.is_statement and text.source_of(now) == literal
        return self.after(content + line + end, is_so)

    def line_end(self):
        return b'\r\n' if re.match(b'[^\n]*\r\n', self.content) else b'\n'

    def without(self, name, told):
        first, _, end = self.end_of(told.node)
        start, last = self.tokens[first][2], self.tokens[end]
        if start not in self.lines or last[1] == ';' or not told.is_statement:
            raise Failure('refused', '%s:%d holds more than %s; remove it by hand' % (
                to_text(self.real), told.node.lineno, '.'.join(name)))
        behind = self.content[last[2]:].partition(b'\n')[2]
        before = self.content[:start]
        if not behind:
            before = re.sub(b'(?:\\A|\r?\n)' + re.escape(ADDED) + b'\r?\n\\Z', b'', before)
        index = self.tree.body.index(told.node)
        rest = dumps(self)
        return self.after(before + behind, lambda text: dumps(text) == rest[:index] + rest[index + 1:])


def dumps(text):
    return [ast.dump(statement) for statement in text.tree.body]


def put_into(values, index):
    def put(node):
        values[index] = node
    return put


def meaning_of(node, size):
    """(what it is, its value)"""
    if type_of(node) == 'Name' and node.id not in ('True', 'False', 'None'):
        return 'name', None
    try:
        if any(type_of(part) not in LITERAL_NODES for part in ast.walk(node)):
            return 'computed', None  # literal_eval of some releases adds numbers.
        value = as_json(ast.literal_eval(node))
    except (ValueError, TypeError, RuntimeError, MemoryError):
        return 'computed', None
    if any(has_password(text) or without_secrets(text) != text for text in texts_in(value)):
        return 'secret', None
    return ('computed', None) if size > MAX_LITERAL else ('literal', value)


def bound_by(statement):
    return [to_text(alias.asname or alias.name.split('.')[0]) for alias in statement.names]


def catches_imports(node):
    types = [each for handler in node.handlers for each in (
        [handler.type] if type_of(handler.type) != 'Tuple' else handler.type.elts)]
    return any(each is None or getattr(each, 'id', None) in IMPORT_ERRORS for each in types)


def touched(statement, name, is_list):
    """The first node that may set or change the setting in another way than by a plain assignment of the module."""
    def is_bound(node):
        if type_of(node) in ('Import', 'ImportFrom'):
            return name[0] in bound_by(node)
        return type_of(node) != 'alias' and name[0] in (getattr(node, 'name', None), getattr(node, 'rest', None))

    def is_hit(node, parent, is_inner):
        kind = type_of(node)
        if kind == 'Global':
            return name[0] in node.names
        if kind == 'Exec' or kind == 'Call' and getattr(node.func, 'id', None) in RUN_CALLS:
            return True
        if not is_inner and is_bound(node):
            return True
        chain = chain_of(node)
        if not leads_to(chain, name):
            return False
        if type_of(node.ctx) != 'Load':
            return len(chain) > 1 or not is_inner
        is_part = len(chain) < len(name) or is_list and len(chain) == len(name)
        return is_part and is_held(node, parent)

    def is_held(node, parent):
        """It may be changed by another name, or by a method."""
        kind = type_of(parent)
        if kind == 'Attribute':
            return parent.attr not in READ_METHODS
        if kind == 'Call':
            return node is not parent.func and getattr(parent.func, 'id', None) not in READ_CALLS
        return kind in HOLDERS

    def visit(node, parent, is_inner):
        if is_hit(node, parent, is_inner):
            return node if hasattr(node, 'lineno') else parent
        is_chain = chain_of(node) is not None
        for child in ast.iter_child_nodes(node):
            # The shorter parts of a chain are not separate uses.
            hit = None if is_chain and type_of(child) in ('Subscript', 'Name') else visit(child, node, is_inner or type_of(node) in SCOPES)
            if hit is not None:
                return hit
        return None
    return visit(statement, None, False)


def refuse_secret(names):
    for name in names:
        if any(is_secret(word) or 'secret' in word.lower() for word in name):
            raise Failure('refused', '%s is secret by its name: it is neither told nor written' % '.'.join(name))


# Settings of Horizon whose literals choose no code, no file and no server. Many others name a class that Django then loads.
SETTABLE = frozenset((
    'DEBUG TEMPLATE_DEBUG TIME_ZONE USE_TZ LANGUAGE_CODE SITE_BRANDING SESSION_TIMEOUT SESSION_REFRESH SESSION_COOKIE_AGE '
    'SESSION_COOKIE_SECURE SESSION_COOKIE_HTTPONLY SESSION_EXPIRE_AT_BROWSER_CLOSE CSRF_COOKIE_SECURE CSRF_COOKIE_HTTPONLY '
    'API_RESULT_LIMIT API_RESULT_PAGE_SIZE DROPDOWN_MAX_ITEMS SWIFT_FILE_TRANSFER_CHUNK_SIZE INSTANCE_LOG_LENGTH CONSOLE_TYPE '
    'ALLOW_USERS_CHANGE_EXPIRED_PASSWORD ENFORCE_PASSWORD_CHECK DISABLE_PASSWORD_REVEAL PASSWORD_AUTOCOMPLETE '
    'OPENSTACK_KEYSTONE_MULTIDOMAIN_SUPPORT OPENSTACK_KEYSTONE_DEFAULT_DOMAIN OPENSTACK_KEYSTONE_DEFAULT_ROLE '
    'OPENSTACK_KEYSTONE_DOMAIN_DROPDOWN OPENSTACK_KEYSTONE_BACKEND OPENSTACK_NEUTRON_NETWORK OPENSTACK_HYPERVISOR_FEATURES '
    'OPENSTACK_CINDER_FEATURES OPENSTACK_INSTANCE_RETRIEVE_IP_ADDRESSES OPENSTACK_USE_SIMPLE_TENANT_USAGE OVERVIEW_DAYS_RANGE '
    'LAUNCH_INSTANCE_DEFAULTS LAUNCH_INSTANCE_LEGACY_ENABLED LAUNCH_INSTANCE_NG_ENABLED CREATE_INSTANCE_FLAVOR_SORT '
    'IMAGES_ALLOW_LOCATION HORIZON_IMAGES_UPLOAD_MODE SHOW_KEYSTONE_V2_RC SHOW_OPENRC_FILE SHOW_OPENSTACK_CLOUDS_YAML').split())


def need_settable(name):
    if limits is not None and name not in SETTABLE and name not in limits.get('setting-names', []):
        raise Failure('outside-limits', '%s is none of the settings that are known to choose no code, and the limits do not name it in '
                                        '"setting-names"; edit it by hand' % name)


def name_in(literal):
    """The setting whose name stands in the place of a literal. It may be secret, or be more than a literal."""
    node = None if literal is None else node_of(literal)
    return node.id if type_of(node) == 'Name' and node.id not in ('True', 'False', 'None') else None


def settings_at(place):
    """(stat, the text), or None if there is no file"""
    real, status = place.real, place.find()
    if not SETTINGS_FILE.search(to_text(real)):
        raise Failure('refused', '%s has no name of a settings file (*.py, local_settings)' % to_text(real))
    if status is not None and status.st_size > MAX_SETTINGS:
        raise Failure('too-large', '%s has more than %d KiB' % (to_text(real), MAX_SETTINGS >> 10))
    seen = look(place)
    return None if seen is None else (seen[0], PythonText(seen[1], real))


def told_setting(text, told):
    line, column = text.place_of(told.span[0]) if told.span else (told.node.lineno, told.node.col_offset + 1)
    answer = {'is': told.what, 'line': line, 'column': max(column, 1)}
    if told.what in ('literal', 'name'):
        answer.update(source=text.source_of(told), isStatement=told.is_statement)
    return dict(answer, value=told.value) if told.what == 'literal' else answer


def read_settings(q):
    refuse_secret(q['names'])
    with Place(q['path'], 'read-settings') as place:
        real = place.real
        seen = settings_at(place)
    if seen is None:
        return {'exists': False, 'realPath': to_text(real)}
    status, text = seen
    return {'exists': True, 'realPath': to_text(real), 'mtimeSeconds': status.st_mtime, 'links': status.st_nlink,
            'managers': managers_of(real, text.content), 'stars': text.stars(),
            'settings': [[told_setting(text, told) for told in text.told(name)] for name in q['names']]}


def swap_settings(q):
    others = [name for name in (name_in(change['literal']) for change in q['changes']) if name is not None]
    refuse_secret([change['name'] for change in q['changes']] + [[name] for name in others])
    for name in [change['name'][0] for change in q['changes']] + others:
        need_settable(name)
    with Place(q['path'], 'swap-settings') as place:
        lock_folder(place.needed())
        seen = settings_at(place)
        if seen is None:
            raise Failure('absent', '%s is not there' % to_text(place.real))
        status, text = seen
        before = text.content
        for change in q['changes']:
            text = PythonText(text.with_change(change), place.real)
        now = status
        if text.content != before:
            now = swap_in(place, place.folder, text.content, 0, sha256(before), 0o644)
        return {'realPath': to_text(place.real), 'sha256': sha256(text.content), 'mtimeSeconds': now.st_mtime}


def is_setting_name(value):
    return isinstance(value, list) and 0 < len(value) <= 8 and all(
        isinstance(word, TEXT) and re.match(u'[A-Za-z0-9_.:-]{1,100}\\Z', word) for word in value) and bool(
        re.match(u'[A-Za-z_][A-Za-z0-9_]*\\Z', value[0]))


def node_of(literal):
    source = (u'(%s)' % literal).encode('utf-8')
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        return compile(codecs.BOM_UTF8 + source if PYTHON2 else source, 'literal', 'eval', ast.PyCF_ONLY_AST, True).body


def is_plain_literal(value):
    """A literal that JSON can express, or the name of another setting. Nothing else is written into a file."""
    try:
        if not isinstance(value, TEXT) or not 0 < len(value) <= MAX_LITERAL or value != value.strip():
            return False
        return meaning_of(node_of(value), len(value))[0] in ('literal', 'name')
    except (SyntaxError, ValueError, TypeError, MemoryError, RuntimeError):
        return False


def is_settings_change(value):
    return isinstance(value, dict) and set(value) == set(['name', 'expect', 'literal']) and is_setting_name(value['name']) and (
        value['expect'] is None or isinstance(value['expect'], TEXT) and len(value['expect']) <= MAX_LITERAL) and (
        value['literal'] is None or is_plain_literal(value['literal']))


# --- other servers ------------------------------------------------------------------------------------------------------

OUTCOMES = {errno.ECONNREFUSED: 'refused', errno.EHOSTUNREACH: 'no route', errno.ENETUNREACH: 'no route',
            errno.ETIMEDOUT: 'filtered'}


def greeting(connection):
    """The first bytes that the server sends. Nothing is sent to it."""
    try:
        said = connection.recv(KNOCK_BYTES)
        return {'outcome': 'accepted' if said else 'closed', 'said': encode(said)}
    except socket.timeout:
        return {'outcome': 'silent', 'said': ''}
    except (IOError, OSError):
        return {'outcome': 'closed', 'said': ''}


def knock_at(family, address):
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(KNOCK_SECONDS)
        try:
            connection.connect(address)
        except socket.timeout:
            return {'outcome': 'filtered', 'said': ''}
        except (IOError, OSError) as error:
            if error.errno not in OUTCOMES:
                raise
            return {'outcome': OUTCOMES[error.errno], 'said': ''}
        return greeting(connection)
    finally:
        connection.close()


def knock(q):
    """
    Makes one connection to a server, and returns the bytes that it sends by itself. The addresses of a name are tried in turn
    until one is reached.
    """
    if limits is not None and '%s:%d' % (q['server'], q['port']) not in limits.get('knock', []):
        raise Failure('outside-limits', 'the limits of the host program name no server %s:%d in "knock"' % (q['server'], q['port']))
    try:
        found = socket.getaddrinfo(q['server'], q['port'], 0, socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        return {'outcome': 'name', 'said': ''}
    answer = {'outcome': 'name', 'said': ''}
    for family, _, _, _, address in found[:MAX_ADDRESSES]:
        answer = knock_at(family, address)
        if answer['outcome'] in ('accepted', 'silent', 'closed'):
            return answer
    return answer


# --- throughput ---------------------------------------------------------------------------------------------------------

# Load between two machines by iperf3: bounded in time and bandwidth, and ended with the session that asked for it.

WATCH_SECONDS = 0.2
THROUGHPUT_PORT = 5201
THROUGHPUT_ADDRESS = Pattern(u'[0-9a-f][0-9a-f.:]{1,44}\\Z')
MAX_LOADED = 30  # Seconds of one test.
MAX_MBIT = 100000
SPARE_SECONDS = 12  # For the other end to begin, and for both to compare what they counted.
MAX_MEASURED_OUTPUT = 1 << 20
PR_SET_PDEATHSIG = 1


def ends_after(seconds):
    """
    Called in the child. It runs as nobody, since it listens to strangers. The kernel ends it after these seconds, and with the
    process that started it: a user who was changed clears the latter, so it is set last.
    """
    def prepare():
        os.setsid()
        if os.getuid() == 0:
            nobody = pwd.getpwnam('nobody')
            os.setgroups([])
            os.setgid(nobody.pw_gid)
            os.setuid(nobody.pw_uid)
        libc_call('prctl', PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(seconds)
    return prepare


def has_left():
    """True if the caller has closed the session. A caller who waits for an answer sends nothing."""
    poll = select.poll()
    poll.register(0, select.POLLIN | select.POLLHUP)
    events = dict(poll.poll(0)).get(0, 0)
    if events & (select.POLLHUP | select.POLLERR | select.POLLNVAL):
        return True
    return bool(events & select.POLLIN) and struct.unpack('i', fcntl.ioctl(0, termios.FIONREAD, b'\0' * 4))[0] == 0


def iperf(args, seconds):
    """(exit code, stdout, stderr); -SIGALRM as the code where the time was over."""
    def watch():
        if has_left():
            raise Failure('failed', 'the session was closed, so the measurement was ended')
    out = []
    code, err = run_into(out, MAX_MEASURED_OUTPUT, 'iperf3', args, b'', ends_after(seconds), watch)
    return code, b''.join(out), err


def need_throughput(entry):
    if limits is not None and entry not in limits.get('throughput', []):
        raise Failure('outside-limits', 'the limits of the host program name no %s in "throughput"' % entry)


def serve_throughput(q):
    """Answers one test, at one address. Returns once that has ended."""
    need_throughput(u'serve')
    code, out, err = iperf(['-s', '-1', '-B', str(q['address']), '-p', str(THROUGHPUT_PORT)], q['seconds'] + SPARE_SECONDS)
    if code not in (0, -signal.SIGALRM):
        raise Failure('failed', 'iperf3 ended with %d as a server: %s' % (code, said(err or out)))
    return {'isServed': code == 0}


def measure_throughput(q):
    """Returns what iperf3 prints, whether it measured or says why not. Waits until the other end listens."""
    need_throughput(q['address'])
    args = ['-c', str(q['address']), '-p', str(THROUGHPUT_PORT), '-t', str(q['seconds']), '-b', '%dM' % q['mbit'], '-J']
    end = elapsed() + SPARE_SECONDS // 2
    while True:
        code, out, err = iperf(args + (['-R'] if q['reverse'] else []), q['seconds'] + SPARE_SECONDS // 2)
        if code == -signal.SIGALRM:
            raise Failure('failed', 'iperf3 had not ended after %d s; a firewall or a security group may drop TCP to port %d of %s' % (
                q['seconds'] + SPARE_SECONDS // 2, THROUGHPUT_PORT, q['address']))
        if b'Connection refused' not in out + err or elapsed() > end:
            return {'said': to_text(out), 'complaint': said(err)}
        time.sleep(WATCH_SECONDS)


# --- plugins of RabbitMQ ------------------------------------------------------------------------------------------------

PLUGIN = Pattern(u'[a-z][a-z0-9_]{0,99}\\Z')


def look_at_plugins():
    """The plugins that somebody enabled by name, and {plugin: the plugins that it needs}, without those that these need."""
    code, out, err = run('rabbitmq-plugins', ['list', '-v'])
    if code != 0:
        raise Failure('failed', 'rabbitmq-plugins list ended with code %d: %s' % (code, said(err or out)))
    enabled, needs, name = [], {}, None
    for line in to_text(out).split(u'\n'):
        heading = re.match(u'\\[([ Ee!])[ *!]?\\]\\s+([a-z][a-z0-9_]*)', line)
        if heading:
            name = heading.group(2)
            if heading.group(1) == u'E':
                enabled.append(name)
        told = re.match(u'\\s+Dependencies:(.*)', line)
        if told and name is not None:
            needs[name] = re.findall(u'[a-z][a-z0-9_]*', told.group(1))
    return sorted(enabled), needs


def plugins_that_need(plugin, needs):
    """The plugins that need this one, directly or through others, and itself."""
    found, size = set([plugin]), 0
    while size < len(found):
        size = len(found)
        found |= set(name for name in needs if found & set(needs[name]))
    return found


def need_plugins(names):
    for name in names:
        if limits is not None and name not in limits.get('plugins', []):
            raise Failure('outside-limits', 'the plugin %s may not be switched, because "plugins" does not name it' % name)


def refuse_unnamed_users(names, enabled, needs):
    """RabbitMQ's tool switches off together with a plugin all that need it. None of these may go unnamed."""
    for name in names:
        users = sorted((plugins_that_need(name, needs) & set(enabled)) - set(names))
        if users:
            raise Failure('refused', '%s needs %s, and RabbitMQ would switch it off too; name it as well, or leave %s on' % (
                ' and '.join(users), name, name))


def switch_plugins(q):
    need_plugins(q['enable'] + q['disable'])
    # Exactly the plugins that the plan saw must be enabled.
    enabled, needs = look_at_plugins()
    if enabled != sorted(q['expect']):
        raise Failure('changed', 'other plugins of RabbitMQ are enabled than were seen')
    refuse_unnamed_users(q['disable'], enabled + q['enable'], needs)
    for word in ('enable', 'disable'):
        code, out, err = run('rabbitmq-plugins', [word] + [str(name) for name in q[word]]) if q[word] else (0, b'', b'')
        if code != 0:
            return {'code': code, 'said': said(err or out)}
    return {'code': 0, 'said': ''}


# --- when the host starts -----------------------------------------------------------------------------------------------

AT_BOOT = '--restore-at-boot'
BOOT_SECONDS = 60  # The time for restoring all files.
BOOT_LOCK_SECONDS = 5
# The same form as in cli/config.ts, because a unit and a command line contain the folder.
STATE_FOLDER = Pattern('(?:/(?!\\.\\.?(?:/|\\Z))[A-Za-z0-9_.:-]+)+\\Z')
STORED = Pattern('firewall-exception-([0-9a-f]{8,18})\\.ipv([46])\\Z')
STORED_HEAD = Pattern('# %s for [^\n]+\n# iptables: (nft|legacy|only)\n(?:# lock: /[^ \n]*\n)?' % to_text(HEADER))
# Signs of a host whose agent may run in a container, with the container's own iptables.
CONTAINED = ('/etc/kolla', '/var/lib/kolla', '/etc/kubernetes')
COPY = '/usr/local/lib/stackward/restore-at-boot.py'
UNIT = '/etc/systemd/system/stackward-restore.service'
DROP_IN = '/etc/systemd/system/multi-user.target.d/stackward.conf'
JOB = '/etc/init/stackward-restore.conf'
SHARED_HEADER = '# %s for every owner on this host\n' % to_text(HEADER)
# The units and jobs of packages: Debian and RDO; SUSE; Icehouse's Ubuntu.
AGENTS = ['neutron-openvswitch-agent', 'neutron-linuxbridge-agent', 'openstack-neutron-openvswitch-agent',
          'openstack-neutron-linuxbridge-agent', 'neutron-plugin-openvswitch-agent', 'neutron-plugin-linuxbridge-agent']
# Other units that start an agent: DevStack, and the containers of Kubernetes, Kolla and TripleO.
STARTERS = ['devstack@q-agt', 'devstack@neutron-agent', 'docker', 'podman-restart', 'kubelet',
            'kolla-neutron_openvswitch_agent-container', 'container-neutron_openvswitch_agent',
            'kolla-neutron_linuxbridge_agent-container', 'container-neutron_linuxbridge_agent', 'tripleo_neutron_ovs_agent']
# These units load whole tables when they start. Those that start before the network are done at network.target, and so are
# tables that ifupdown or initscripts load with an interface. ferm, FireHOL and Shorewall may come later.
LOADERS = ['netfilter-persistent', 'iptables', 'ip6tables', 'nftables', 'ufw', 'firewalld', 'ferm', 'firehol',
           'shorewall', 'shorewall6', 'shorewall-lite', 'shorewall6-lite', 'SuSEfirewall2']
# The interpreter is found when the host starts, because the host may have got another one since.
START = ("/bin/sh -c 'PATH=%(PATH)s; export PATH; for p in python3 python2 python; do command -v $p >/dev/null || continue; "
         "$p -ES %(program)s %(at_boot)s %(folder)s; c=$?; case $c in 126|127) continue;; esac; exit $c; done; exit 127'")


def start_line(program, folder):
    return START % {'PATH': ENVIRONMENT['PATH'], 'program': program, 'at_boot': AT_BOOT, 'folder': folder}


def services(names):
    return ' '.join(name + '.service' for name in names)


def unit_text(program, folder):
    return SHARED_HEADER + """[Unit]
Description=Packet-filter exceptions that stackward keeps
After=network-pre.target network.target
After=%s
Before=%s
Before=%s

[Service]
Type=oneshot
RemainAfterExit=yes
TimeoutStartSec=%d
ExecStart=%s
""" % (services(LOADERS), services(AGENTS), services(STARTERS), BOOT_SECONDS, start_line(program, folder).replace('$', '$$'))


DROP_IN_TEXT = SHARED_HEADER + '[Unit]\nWants=stackward-restore.service\n'


def job_text(program, folder):
    return SHARED_HEADER + """description "Packet-filter exceptions that stackward keeps"
start on %s
task
exec timeout %d %s
""" % (' or '.join('starting ' + name for name in AGENTS), BOOT_SECONDS, start_line(program, folder))


def copy_text():
    """The text of the program that was sent along. No file on the host has it."""
    shebang, coding, rest = to_bytes(source).split(b'\n', 2)  # noqa: F821
    return b'\n'.join([shebang, coding, to_bytes(SHARED_HEADER) + rest])


def own_content(path):
    """The content of the file. None: there is no file. b'': it is no regular file, and so not stackward's."""
    try:
        with Place(path, None) as place:
            seen = look(place)
        return None if seen is None else seen[1]
    except Failure as failure:
        if failure.reason in ('not-a-file', 'refused', 'hard-linked'):
            return b''
        raise


def is_program(path):
    """Whether the file is a program that can restore, and that only root can have put there."""
    with Place(path, None) as place:
        status = place.find()
        return status is not None and place.folder.is_roots and is_roots(status) and to_bytes(AT_BOOT) in (own_content(path) or b'')


def program_at_boot(there, text_of, folder):
    """
    The program that the unit should run. If the unit already runs a suitable program, it stays, so that two pipelines don't
    undo each other's choice.
    """
    mine = COPY if IS_SENT else PROGRAM
    runs = re.search(' -ES (/[A-Za-z0-9_./-]+) ' + AT_BOOT, to_text(there or b''))
    if runs and to_bytes(text_of(runs.group(1), folder)) == there and runs.group(1) != mine and is_program(runs.group(1)):
        return runs.group(1)
    if not re.match('(/[A-Za-z0-9_.-]+)+\\Z', mine):
        raise Failure('installation', 'the path of the program may hold letters, digits, ".", "_", "-" and "/": %s' % mine)
    return mine


def state_folder(q, access):
    """The state folder, if the limits allow the whole folder."""
    with Place(q['stateFolder'], access):
        return q['stateFolder']


def open_folder(place):
    """The folder at this place. It stays open as long as the place."""
    place.opened.append(Folder(place.needed().at(place.name), place.real, place.folder.keeps_roots))
    return place.opened[-1]


def look_at_boot(folder):
    """[(path, present content, wanted content)] in the order in which the files are made. They are removed in reverse order."""
    old = folder + '/restore-at-boot'  # Up to stackward 0.1 this was a script, in a folder that the login may write.
    there = dict((path, own_content(path)) for path in (old, COPY, UNIT, DROP_IN, JOB))
    runner, text_of = {'systemd': (UNIT, unit_text), 'upstart': (JOB, job_text), 'other': (None, None)}[init_system()]
    right = {}
    if runner is not None:
        program = program_at_boot(there[runner], text_of, folder)
        right[runner] = to_bytes(text_of(program, folder))
        if runner == UNIT:
            right[DROP_IN] = to_bytes(DROP_IN_TEXT)
        if program == COPY:
            right[COPY] = copy_text() if IS_SENT else there[COPY]
    return [(path, there[path], right.get(path)) for path in (old, COPY, UNIT, DROP_IN, JOB)]


def is_ours(content):
    return content is not None and HEADER in content[:512]


def refuse_foreign(changes):
    """`changes`: [(path, present content, wanted content)]"""
    for path, now, _ in changes:
        if now is not None and not is_ours(now):
            raise Failure('not-ours', '%s does not bear the words "%s"' % (path, to_text(HEADER)))


def in_order(changes):
    """Files are written in the order of the list, and then removed in the reverse."""
    return [c for c in changes if c[2] is not None] + [c for c in reversed(changes) if c[2] is None]


def digest(content):
    return None if content is None else {'lines': content.count(b'\n'), 'sha256': sha256(content)}


def describe_boot(files):
    seen = sha256(b'\n'.join((path + ' ' + ('-' if now is None else sha256(now))).encode('ascii') for path, now, _ in files))
    return {'init': init_system(), 'seen': seen, 'files': [
        {'path': path, 'isOurs': is_ours(now), 'now': digest(now), 'right': digest(right)} for path, now, right in files]}


def boot_files(q):
    return describe_boot(look_at_boot(state_folder(q, 'read')))


def write_boot_file(path, now, right):
    """Writes or removes the file, together with its folder. The limits don't apply to these paths."""
    if right is not None:
        make_folder_of(path, 0o755, None, None)
    with Place(path, None) as place:
        lock_folder(place.needed())
        expected = None if now is None else sha256(now)
        if right is not None:
            swap_in(place, place.folder, right, 0, expected, 0o644)
            return
        remove_in(place, expected)
        if path in (COPY, DROP_IN) and not place.folder.names():
            with Naming(place.folder.real):
                os.rmdir(place.outer.at(os.path.basename(place.folder.real)))


def swap_boot_files(q):
    """
    Writes all files, or fails and names those that were written. The program is made before the unit that runs it, and removed
    after it.
    """
    folder = state_folder(q, 'make')
    with Place('/etc', None) as etc:
        lock_folder(open_folder(etc))
        files = look_at_boot(folder)
        wishes = [(path, now, right if q['wanted'] else None) for path, now, right in files]
        # A file that is not wanted and not stackward's stays as it is.
        wrong = [(path, now, right) for path, now, right in wishes if now != right and (right is not None or is_ours(now))]
        if wrong and describe_boot(files)['seen'] != q['expect']:
            raise Failure('changed', 'what the host runs for exceptions when it starts is not as it was seen')
        refuse_foreign(wrong)
        done = []
        for path, now, right in in_order(wrong):
            try:
                write_boot_file(path, now, right)
            except (Failure, IOError, OSError) as error:
                failure = failure_of(error)
                raise Failure(failure.reason, ('%s done; then ' % ', '.join(done) if done else '') + failure.detail)
            done.append(path)
        return describe_boot(look_at_boot(folder))


def read_stored(folder, name):
    """
    (family, variant, tables) of a stored file. The file must belong to root alone, and may contain only what stackward stores.
    """
    real = os.path.join(folder.real, to_bytes(name))
    with Naming(real):
        fd = os.open(folder.at(to_bytes(name)), os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode) or not is_roots(status) or status.st_nlink > 1:
            raise Failure('refused', 'it must be a regular file of root, with one name, which nobody else may write')
        text = to_text(read_all(fd, real))
    finally:
        os.close(fd)
    mark, family = STORED.match(name).groups()
    head = STORED_HEAD.match(text)
    if head is None:
        raise Failure('refused', 'it does not begin as stackward begins it')
    tables = read_tables(text[head.end():], int(family), MAKES)
    if any(chain != 'stackward-' + mark for _, chain, _ in tables):
        raise Failure('refused', 'its chain is of another owner than its name')
    return int(family), head.group(1), tables


def has_hook(family, variant):
    """Whether the variant has the agent's chain. A variant that doesn't work on this host has none."""
    try:
        return HOOK in save(family, variant, ['-t', 'filter'])
    except Failure:
        return False


def variant_at_boot(family, stored):
    """
    The variant with the agent's chain. If no variant has the chain, an agent on the host will use the plain iptables, and an
    agent in a container its own. If both variants have the chain, it can't be known which of them the agent uses, and the
    stored variant wins.
    """
    known = [v for v in (stored, 'nft', 'legacy') if v != 'only' and find_tool(table_tool(family, v, '-save'))]
    for variant in known:
        if has_hook(family, variant):
            return variant
    return stored if stored in known and any(os.path.isdir(sign) for sign in CONTAINED) else 'only'


def restore_stored(family, stored, tables):
    """
    Makes neutron-filter-top if it is missing; the agent later uses that chain and keeps stackward's jump. A table that already
    has the jump is left alone.
    """
    variant = variant_at_boot(family, stored)
    name = table_tool(family, variant, '-restore')
    if HOOK not in save(family, variant, ['-t', 'filter']):
        feed_tables(name, '*filter\n-N neutron-filter-top\nCOMMIT\n', BOOT_LOCK_SECONDS)
    for table, chain, text in sorted(tables, key=lambda part: part[0] != 'mangle'):
        jump = '\n-A %s -j %s\n' % (JUMPS_FROM[table], chain)
        if to_bytes(jump) not in save(family, variant, ['-t', table]):
            feed_tables(name, text, BOOT_LOCK_SECONDS)


def restore_at_boot(path):
    """Returns the exit code: 1 if a file was left out. stderr names the file."""
    signal.signal(signal.SIGALRM, expire)
    signal.alarm(BOOT_SECONDS)
    name, status = '', 0
    try:
        with Place(path, None) as place:
            folder = open_folder(place)
            if not folder.is_roots:
                raise Failure('refused', 'it must be a folder of root that nobody else may write')
            for name in [n for n in map(to_text, folder.names()) if STORED.match(n)]:
                try:
                    restore_stored(*read_stored(folder, name))
                except (Failure, IOError, OSError) as error:
                    status = complain(os.path.join(path, name), error)
    except (Failure, IOError, OSError) as error:
        status = complain(path, error)
    except Overdue:
        status = complain(os.path.join(path, name), Failure('overdue', 'with all that follows, after %d s' % BOOT_SECONDS))
    return status


def complain(path, error):
    words = '%s is left out: %s' % (path, failure_of(error).detail)
    os.write(2, re.sub('[^ -~]', '?', words).encode('ascii') + b'\n')
    return 1


# --- collected logs -----------------------------------------------------------------------------------------------------

# docs/adr/0018-log-collection.md. A request only describes a collection; this program contains all text of the files.
RSYSLOG_D, ROTATE_D = '/etc/rsyslog.d', '/etc/logrotate.d'
COLLECTION = Pattern('10-(stackward-[0-9a-f]{16}-[0-9a-f]{12})\\.conf\\Z')
MODULES_FILE = RSYSLOG_D + '/05-stackward-modules.conf'
RESTART_DUE = '/var/run/stackward-rsyslog-restart'  # A reboot removes it, and starts rsyslog as well.
LOGS = '/var/log/stackward'
MAX_COLLECTIONS = 64
MAX_SWEPT = 10000
MAX_CHECKED = 2000  # The most files of a folder that is checked.
CHECK_SECONDS = 60
LISTEN_SECONDS = 10
PROTOCOLS = ('tcp', 'relp', 'udp')
QUEUE_MESSAGES, QUEUE_DISK = 10000, '256m'
INPUTS = {'tcp': 'imtcp', 'relp': 'imrelp', 'udp': 'imudp'}
LOAD = {'imtcp': ('module(load="imtcp" maxSessions="2000")', '$ModLoad imtcp\n$InputTCPMaxSessions 2000')}
# The host name as one part of a path: at most 64 characters, as the kernel allows, and a slash becomes an underscore.
HOST_LOG = '%%(folder)s/hosts/%%%%hostname:1:64:secpath-replace%%%%/%s.log'
FROM_OPENSTACK = ' or '.join(["$syslogfacility-text == 'local0'"] + [
    "$programname startswith '%s-'" % project for project in PROJECTS.split('|') + ['quantum']])
LISTEN = """template(name="%(name)s_openstack" type="string" string="{openstack}")
template(name="%(name)s_syslog" type="string" string="{syslog}")
ruleset(name="%(name)s" queue.type="Direct") {{
    if %(from_openstack)s then {{
        action(type="omfile" dynaFile="%(name)s_openstack" dynaFileCacheSize="200" %(file)s)
        action(type="omfile" file="%(folder)s/all/openstack.log" %(file)s)
    }} else {{
        action(type="omfile" dynaFile="%(name)s_syslog" dynaFileCacheSize="200" %(file)s)
        action(type="omfile" file="%(folder)s/all/syslog.log" %(file)s)
    }}
}}
input(type="%(input)s" port="%(port)d" ruleset="%(name)s")
""".format(openstack=HOST_LOG % 'openstack', syslog=HOST_LOG % 'syslog')
LISTEN_LEGACY = """$template %(name)s_openstack,"{openstack}"
$template %(name)s_syslog,"{syslog}"
$DynaFileCacheSize 200
$FileCreateMode 0640
$RuleSet %(name)s
$RulesetCreateMainQueue on
if %(from_openstack)s then ?%(name)s_openstack;RSYSLOG_FileFormat
& %(folder)s/all/openstack.log;RSYSLOG_FileFormat
& ~
*.* ?%(name)s_syslog;RSYSLOG_FileFormat
*.* %(folder)s/all/syslog.log;RSYSLOG_FileFormat
$RuleSet RSYSLOG_DefaultRuleset
$FileCreateMode %(mode)s
$Input%(server)sBindRuleset %(name)s
$%(run)s %(port)d
$Input%(server)sBindRuleset RSYSLOG_DefaultRuleset
""".format(openstack=HOST_LOG % 'openstack', syslog=HOST_LOG % 'syslog')
# If the queue is full, a message is dropped at once, so no program that logs has to wait.
SEND = """action(type="%(output)s" target="%(to)s" port="%(port)d" %(way)stemplate="RSYSLOG_SyslogProtocol23Format"
    action.resumeRetryCount="-1" action.resumeInterval="5" queue.type="LinkedList" queue.filename="%(name)s" queue.size="%(messages)d"
    queue.maxDiskSpace="%(disk)s" queue.saveOnShutdown="on" queue.timeoutEnqueue="0")
"""
SEND_LEGACY = """$ActionQueueType LinkedList
$ActionQueueFileName %(name)s
$ActionQueueSize %(messages)d
$ActionQueueMaxDiskSpace %(disk)s
$ActionQueueSaveOnShutdown on
$ActionQueueTimeoutEnqueue 0
$ActionResumeRetryCount -1
$ActionResumeInterval 5
*.* %(way)s%(to)s:%(port)d;RSYSLOG_SyslogProtocol23Format
$ActionResumeInterval 30
"""
# A host may have options for all logs, so each option is given here. rsyslog itself makes the new file.
ROTATE = """%(folder)s/all/*.log
%(folder)s/hosts/*/*.log
{
%(su)s    daily
    rotate %(days)d
    ifempty
    missingok
    compress
    delaycompress
    nocreate
    nocopy
    nocopytruncate
    noolddir
    nomail
    sharedscripts
    postrotate
        if [ -d /run/systemd/system ]; then systemctl kill -s HUP rsyslog.service
        else for file in /var/run/rsyslogd.pid /var/run/syslogd.pid; do [ ! -s $file ] || kill -HUP $(cat $file); done
        fi
    endscript
}
"""


def need_logs(collections):
    if limits is None:
        return
    allowed = limits.get('logs', [])
    if 'rsyslog' not in allowed:
        raise Failure('outside-limits', 'the limits must have "logs": ["rsyslog"], so that files of collected logs may be seen or written')
    for name in ['%(to)s:%(port)d' % c['send'] for c in collections if c['send']]:
        if 'to:' + name not in allowed:
            raise Failure('outside-limits', 'logs may not be sent to %s, because "logs" does not name "to:%s"' % (name, name))


def collection_name(c):
    return 'stackward-%s-%s' % (sha256(to_bytes(c['owner']))[:16], sha256(to_bytes(c['path']))[:12])


def files_of_collection(name):
    return ['%s/10-%s.conf' % (RSYSLOG_D, name), '%s/%s' % (ROTATE_D, name)]


def log_folder(path):
    """A readable name that no other path has."""
    plain = '.'.join(re.sub('[^A-Za-z0-9_-]+', '-', part) for part in path.split('/'))[:80]
    return '%s/%s' % (LOGS, plain if plain == path.replace('/', '.') and '.' not in path else
                      '%s-%s' % (plain, sha256(to_bytes(path))[:8]))


def collection_of(text):
    """What the head of a file says about the file; None if stackward did not write that head."""
    head = re.match('# %s for ([A-Za-z0-9._-]{1,63})\n# ([^\n]+)\n' % to_text(HEADER), to_text(text or b''))
    try:
        given = json.loads(head.group(2)) if head else None
    except ValueError:
        given = None
    found = dict(given, owner=TEXT(head.group(1))) if isinstance(given, dict) else None
    return found if is_collection(found) else None


def names_in(folder):
    with Place(folder, None) as place:
        return [] if place.find() is None else list(map(to_text, open_folder(place).names()))


class Logs(object):
    """The files of collections on this host, and the facts on which their texts depend."""

    def __init__(self):
        names = [COLLECTION.match(name).group(1) for name in names_in(RSYSLOG_D) if COLLECTION.match(name)]
        self.texts = dict((path, own_content(path)) for name in names for path in files_of_collection(name))
        self.texts[MODULES_FILE] = own_content(MODULES_FILE)
        found = [collection_of(self.texts[files_of_collection(name)[0]]) for name in names]
        self.collections = dict((name, c) for name, c in zip(names, found) if c and collection_name(c) == name)
        # Their removal was cut short: see change_logs.
        self.leaving = set(name for name in self.collections if self.is_head(files_of_collection(name)[0]))
        # Somebody changed their heads.
        self.unread = [n for n in names if n not in self.collections and is_ours(self.texts[files_of_collection(n)[0]])]
        self.known_host = None

    @property
    def host(self):
        self.known_host = self.known_host or LogHost()
        return self.known_host

    def text(self, path):
        if path not in self.texts:
            self.texts[path] = own_content(path)
        return self.texts[path]

    def is_head(self, path):
        return self.texts[path] == head_of(self.texts[path])

    def seen(self, name):
        return sha256(b'\n'.join(b'-' if text is None else to_bytes(sha256(text))
                                 for text in map(self.text, files_of_collection(name))))

    def with_changes(self, changes):
        """The files after these collections are made: {path: text, or None}."""
        after = dict((name, c) for name, c in self.collections.items() if name not in self.leaving)
        right = {MODULES_FILE: None}
        for c in changes:
            name = collection_name(c)
            conf, rotate = files_of_collection(name)
            after[name] = c
            right[conf] = self.host.conf(c) if c['listen'] or c['send'] else None
            right[rotate] = self.host.rotate(c) if c['listen'] else None
            if right[conf] is None:
                after.pop(name)
        if after or self.unread:
            right[MODULES_FILE] = self.host.modules(after.values(), self.texts[MODULES_FILE] if self.unread else b'')
        return after, right

    def tell(self, c, right):
        name = collection_name(c)
        files = files_of_collection(name)
        there = self.collections.get(name)
        return {
            'owner': c['owner'], 'path': c['path'], 'folder': log_folder(c['path']), 'files': files, 'seen': self.seen(name),
            'foreign': [path for path in files + [MODULES_FILE] if self.text(path) is not None and not is_ours(self.text(path))],
            'part': there and {'listen': there['listen'], 'send': there['send']},
            'isAsWritten': all(self.text(path) == right.get(path, self.text(path)) for path in files + [MODULES_FILE])}

    def tell_texts(self, c, right):
        """The files of one collection, and the file of all, that are not as they should be."""
        name = collection_name(c)
        wrong = [path for path in [MODULES_FILE] + files_of_collection(name) if self.text(path) != right[path]]
        known = self.own_lines(name, right) if wrong else set()
        return {
            'owner': c['owner'], 'path': c['path'], 'seen': self.seen(name),
            'texts': [{'path': path, 'now': shown_config(self.text(path), known), 'right': right[path] and to_text(right[path])}
                      for path in wrong]}

    def own_lines(self, name, right):
        """The lines that this program writes: for the wanted collection, and for what the head of the present file describes."""
        texts = list(right.values()) + [self.host.modules(self.collections.values(), b'')]
        there = self.collections.get(name)
        if there:
            texts += [self.host.conf(there), self.host.rotate(there) if there['listen'] else None]
        return set(line for text in texts if text for line in to_text(text).split('\n'))


def shown_config(text, known):
    """Anybody may have written a secret into a file of ours, so each line that this program doesn't write is shown as ***."""
    if text is None:
        return None
    head = text if len(text) <= SHOWN_CONFIG else text[:text.rfind(b'\n', 0, SHOWN_CONFIG) + 1]
    shown = u'\n'.join(line if not line or line in known else HIDDEN for line in to_text(head).split('\n'))
    return shown if head is text else u'%s... and %d bytes that are not shown\n' % (shown, len(text) - len(head))


def has_word(pattern, text):
    found = re.findall('(?im)^[ \t]*(?:%s)' % pattern, text)
    return ''.join(found[-1]) if found else None


class LogHost(object):
    """The facts on which the texts depend: versions, and the configuration of others."""

    def __init__(self):
        self.version = self.version_of('rsyslogd', ['-v'])
        self.rotates = self.version_of('logrotate', ['--version'])
        others = [name for name in names_in(RSYSLOG_D) if name.endswith('.conf') and 'stackward' not in name]
        paths = ['/etc/rsyslog.conf'] + ['%s/%s' % (RSYSLOG_D, name) for name in others]
        text = '\n'.join(re.sub('(?m)^[ \t]*#.*$', '', to_text(own_content(path) or b'')) for path in paths)
        self.user = has_word('\\$PrivDropToUser[ \t]+(\\S+)|.*privdrop\\.user\\.name[ \t]*=[ \t]*"([^"]+)"', text)
        self.work = has_word('\\$WorkDirectory[ \t]+(\\S+)|.*workdirectory[ \t]*=[ \t]*"([^"]+)"', text)
        self.spools = [path for path in ('/var/spool/rsyslog', '/var/lib/rsyslog') if os.path.isdir(path)]
        self.loaded = set(re.findall('(?im)^[^#\n]*?(?:\\$ModLoad[ \t]+|load[ \t]*=[ \t]*")(?:[^" \t\n]*/)?([io]m[a-z]+)', text))
        self.is_legacy = self.version < (7, 2)
        # The older language has one mode for all files that are named from there on, so ours must leave the site's.
        first = '\n'.join(to_text(own_content(path) or b'') for path in paths if os.path.basename(path) < '10-stackward' or path == paths[0])
        self.mode = has_word('\\$FileCreateMode[ \t]+([0-7]{3,4})', first) or '0644'

    def version_of(self, tool, args):
        """(0, 0) if the tool is not installed."""
        if find_tool(tool) is None:
            return (0, 0)
        _, out, err = run(tool, args)
        found = re.search('%s[ \t]+(\\d+)\\.(\\d+)' % tool, to_text(out + err))
        return (int(found.group(1)), int(found.group(2))) if found else (0, 0)

    @property
    def account(self):
        """(uid, gid) of the account that writes the logs. The group may read them."""
        try:
            user = pwd.getpwnam(self.user or 'root')
        except KeyError:
            return None
        try:
            adm = grp.getgrnam('adm')
        except KeyError:
            return user.pw_uid, user.pw_gid
        may = user.pw_uid == 0 or user.pw_name in adm.gr_mem
        return user.pw_uid, adm.gr_gid if may else user.pw_gid

    def head(self, c):
        rest = dict((field, c[field]) for field in ('path', 'listen', 'send'))
        return '# %s for %s\n# %s\n' % (to_text(HEADER), c['owner'], json.dumps(rest, sort_keys=True))

    def conf(self, c):
        text = self.head(c)
        words = {'name': collection_name(c).replace('-', '_'), 'folder': log_folder(c['path']), 'from_openstack': FROM_OPENSTACK,
                 'messages': QUEUE_MESSAGES, 'disk': QUEUE_DISK}
        if c['listen']:
            words.update(c['listen'], mode=self.mode, input=INPUTS[c['listen']['protocol']],
                         server={'tcp': 'TCPServer', 'relp': 'RELPServer', 'udp': 'UDPServer'}[c['listen']['protocol']],
                         run={'tcp': 'InputTCPServerRun', 'relp': 'InputRELPServerRun', 'udp': 'UDPServerRun'}[c['listen']['protocol']],
                         file='template="RSYSLOG_FileFormat" fileCreateMode="0640" dirCreateMode="0755"' + self.file_group())
            text += (LISTEN_LEGACY if self.is_legacy else LISTEN) % words
        if c['send']:
            protocol, to = c['send']['protocol'], c['send']['to']
            if self.work is None and self.spools:
                text += '$WorkDirectory %s\n' % self.spools[0]
            if self.is_legacy:
                words.update(c['send'], way={'tcp': '@@(o)', 'relp': ':omrelp:', 'udp': '@'}[protocol], to='[%s]' % to if ':' in to else to)
            else:
                words.update(c['send'], output='omrelp' if protocol == 'relp' else 'omfwd', way={
                    'tcp': 'protocol="tcp" TCP_Framing="octet-counted" ', 'relp': '', 'udp': 'protocol="udp" '}[protocol])
            text += (SEND_LEGACY if self.is_legacy else SEND) % words
        return to_bytes(text)

    def file_group(self):
        _, gid = self.account or (0, 0)
        return '' if gid == 0 else ' fileGroup="%s"' % name_of(grp.getgrgid, gid, 'gr_name')

    def rotate(self, c):
        uid, gid = self.account or (0, 0)
        modern = self.rotates >= (3, 8)
        su = '' if uid == 0 or not modern else '    su %s %s\n' % (self.user, name_of(grp.getgrgid, gid, 'gr_name'))
        more = '    nodateext\n' if modern else ''
        words = dict(c['listen'], folder=log_folder(c['path']), su=su + more)
        return to_bytes(self.head(c) + ROTATE % words)

    def modules(self, collections, before):
        """Loads each module once for all collections, unless other files load it already. None if no module is needed."""
        needed = set(INPUTS[c['listen']['protocol']] for c in collections if c['listen'])
        needed |= set(re.findall('[io]m[a-z]+', to_text(before or b'')))
        needed |= set('omrelp' for c in collections if c['send'] and c['send']['protocol'] == 'relp')
        lines = [LOAD.get(name, ('module(load="%s")' % name, '$ModLoad %s' % name))[self.is_legacy]
                 for name in sorted(needed - self.loaded)]
        return to_bytes(SHARED_HEADER + '\n'.join(lines + [''])) if lines else None

    def obstacles(self, c, others, running):
        """Reasons why this collection can't work on this host, as whole sentences. `running`: collections that rsyslog may serve now."""
        listen, send = c['listen'], c['send']
        protocols = [part['protocol'] for part in (listen, send) if part]
        if self.version < (5, 0):
            return ['rsyslog is not installed there, or is older than 5; install the package rsyslog']
        found = []
        if 'relp' in protocols and self.version < (8, 0):
            found.append('rsyslog %d.%d has no relp that can be kept apart; use tcp, or rsyslog 8' % self.version)
        if self.account is None:
            found.append('rsyslog is to run as %s, and there is no such user' % self.user)
        if send and self.work is None and not self.spools:
            found.append('rsyslog has no folder for its queues; set $WorkDirectory in /etc/rsyslog.conf')
        if send and not resolves(send['to']):
            found.append('the name %s of the server leads to no address from there; put it into DNS or /etc/hosts' % send['to'])
        if listen:
            found += self.obstacles_to_listening(c, others, running)
        return found

    def obstacles_to_listening(self, c, others, running):
        found, listen = [], c['listen']
        if self.rotates == (0, 0):
            found.append('logrotate is not installed there; install the package logrotate')
        if self.is_legacy and self.user is not None and listen['port'] < 1024:
            found.append('rsyslog %d.%d gives up root before it listens, and %d is a port of root; choose a port from 1024 on' % (
                self.version + (listen['port'],)))
        for other in others:
            if other['listen'] and socket_name(other['listen']) == socket_name(listen):
                found.append('port %d is that of %s of %s; choose another' % (listen['port'], other['path'], other['owner']))
            elif other['listen'] and other['path'] == c['path']:
                found.append('%s is the folder of a collection of %s; rename the construct' % (log_folder(c['path']), other['owner']))
        for path in log_folders(c) if self.account else []:
            if os.path.lexists(path) and os.lstat(path).st_uid != self.account[0]:
                found.append('%s belongs to another user than rsyslog writes as (%s); chown it, or move it away' % (path, self.user or 'root'))
        holders = set(h['program'] for _, _, held in find_holders(sockets_of(listen)).values() for h in held)
        # After a change that was cut short, rsyslog may still serve a collection whose file is gone.
        if os.path.exists(RESTART_DUE) or any(each['listen'] and socket_name(each['listen']) == socket_name(listen) for each in running):
            holders.discard('rsyslogd')
        if holders:
            # With two inputs on one port, rsyslog serves the later one alone and says so nowhere but in its log.
            for_whom = ', for a file of rsyslog that is not of stackward' if holders == set(['rsyslogd']) else ''
            found.append('port %d is held by %s%s; choose another' % (listen['port'], ', '.join(sorted(holders)), for_whom))
        return found


def resolves(name):
    try:
        return bool(socket.getaddrinfo(name, 514))
    except (socket.gaierror, UnicodeError):
        return False


def socket_name(listen):
    return listen['protocol'] == 'udp', listen['port']


def sockets_of(listen):
    """The sockets that receive messages on this port."""
    names, state = (('udp', 'udp6'), '07') if listen['protocol'] == 'udp' else (('tcp', 'tcp6'), '0A')
    return find_sockets(names, state, lambda port: port == listen['port'])


# --- the check: with mounts that nobody else sees ---

CLONE_NEWNS, MS_PRIVATE_ALL = 0x20000, 0x4000 | 0x40000
FINE = Pattern('rsyslogd: (?:version .* config validation run|End of config validation run)|.*\\bwarning\\b|\\s*\\Z', re.I)


def apart(work):
    """Calls `work` in a child process with its own mounts, and returns its answer. Mounts in there change nothing on the host."""
    source, sink = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(CHECK_SECONDS)
            os.close(source)
            try:
                libc_call('unshare', CLONE_NEWNS)
                libc_call('mount', b'none', b'/', None, MS_PRIVATE_ALL, None)
                answer = {'value': work()}
            except (Failure, IOError, OSError) as error:
                answer = {'failure': failure_of(error).detail}
            with os.fdopen(sink, 'wb') as stream:
                stream.write(encoded(answer))
        finally:
            os._exit(0)
    os.close(sink)
    try:
        with os.fdopen(source, 'rb') as stream:
            answer = stream.read(MAX_FILE)
    finally:
        attempt(os.kill, child, signal.SIGKILL)
        os.waitpid(child, 0)
    answer = json.loads(answer.decode('ascii')) if answer else {'failure': 'the check had not ended after %d s' % CHECK_SECONDS}
    if 'failure' in answer:
        raise Failure('failed', 'the new configuration can\'t be tried beside the old: %s' % answer['failure'])
    return answer['value']


def mount_empty(folder):
    libc_call('mount', b'tmpfs', to_bytes(folder), b'tmpfs', 0, b'mode=755')


def copy_of(folder):
    """[(path, stat, content)] of everything below the folder. The content of a link is its target; that of a folder is None."""
    found = []
    for top, folders, files in os.walk(folder):
        for name in sorted(folders + files):
            path = os.path.join(top, name)
            status = os.lstat(path)
            if stat.S_ISLNK(status.st_mode):
                found.append((path, status, os.readlink(path)))
            elif stat.S_ISDIR(status.st_mode):
                found.append((path, status, None))
            elif stat.S_ISREG(status.st_mode):
                found.append((path, status, own_content(path)))
            if len(found) > MAX_CHECKED:
                raise Failure('too-large', '%s holds more than %d files' % (folder, MAX_CHECKED))
    return found


def put_there(folder, right):
    """Mounts a copy of the folder over it, with the new files in it. Only this process sees the copy."""
    found = copy_of(folder)
    mount_empty(folder)
    for path, status, content in found:
        if stat.S_ISLNK(status.st_mode):
            os.symlink(content, path)
        elif content is None:
            os.mkdir(path, stat.S_IMODE(status.st_mode))
        else:
            put_file(path, content)
            os.chown(path, status.st_uid, status.st_gid)
            os.chmod(path, stat.S_IMODE(status.st_mode))
    for path, text in right.items():
        if os.path.dirname(path) == folder:
            if os.path.lexists(path):
                os.unlink(path)
            if text is not None:
                put_file(path, text)


def put_file(path, content):
    with open(path, 'wb') as stream:
        stream.write(content)


def lines_of(tool, args):
    _, out, err = run(tool, args)
    return [line.strip() for line in to_text(out + err).split('\n')]


def complaints_about(right, listening):
    """What rsyslog and logrotate complain about if these files are in their configuration; [] if they accept it."""
    rotates, mine = ['-d', '/etc/logrotate.conf'], [path for path, text in right.items() if COLLECTION.match(os.path.basename(path)) and text]
    found = []
    mount_empty('/var/log')
    before = lines_of('logrotate', rotates) if listening else []
    faults = faults_of_rsyslog()
    put_there(RSYSLOG_D, right)
    put_there(ROTATE_D, right)
    # rsyslog runs in spite of a fault that was there before, so such a fault keeps nobody from a change.
    found += [line for line in faults_of_rsyslog() if line not in faults]
    if mine and not found:
        # Neither program complains about a file that it never reads.
        put_file(mine[0], right[mine[0]] + b'$StackwardProbe on\n')
        if 'stackwardprobe' not in ' '.join(lines_of('rsyslogd', ['-N1'])).lower():
            found.append('rsyslog does not read %s; /etc/rsyslog.conf needs the line "$IncludeConfig %s/*.conf"' % (mine[0], RSYSLOG_D))
            found += faults
    for c in listening:
        for name in ('all', 'hosts/example'):
            os.makedirs('%s/%s' % (log_folder(c['path']), name))
            for kind in ('openstack', 'syslog'):
                put_file('%s/%s/%s.log' % (log_folder(c['path']), name, kind), b'x')
    if listening:
        after = lines_of('logrotate', rotates)
        found += [line for line in after if re.match('error:|warning:', line) and line not in before]
        found += ['logrotate does not read %s; /etc/logrotate.conf needs the line "include %s"' % (files_of_collection(collection_name(c))[1], ROTATE_D)
                  for c in listening if not any(log_folder(c['path']) + '/all/*.log' in line for line in after)]
    return [shown_line(line) for line in found[:5]]


def faults_of_rsyslog():
    return [line for line in lines_of('rsyslogd', ['-N1']) if not FINE.match(line)]


def shown_line(line):
    """A line that a tool printed, without secrets. The line may quote a configuration file with a password."""
    line = re.sub('[^ -~]', '?', without_secrets(line))
    line = re.sub("(token|parameter|character) '[^']*'", "\\1 '***'", line)
    if re.search('[io]mrelp', line):
        return 'rsyslog has no relp there (%s); install the package rsyslog-relp' % line[:200]
    return line[:300]


def log_files(q):
    need_logs(q['collections'])
    logs = Logs()
    after, right = logs.with_changes(q['collections'])
    wanted = [logs.tell(c, right) for c in q['collections']]
    names = [collection_name(c) for c in q['collections']]
    others = [logs.tell(c, {}) for name, c in sorted(logs.collections.items()) if name not in names]
    obstacles = []
    if any(not w['isAsWritten'] for w in wanted):
        for c in q['collections']:
            obstacles += logs.host.obstacles(c, [o for name, o in after.items() if name != collection_name(c)], logs.collections.values())
        if not obstacles:
            obstacles = apart(lambda: complaints_about(right, [c for c in after.values() if c['listen']]))
    return {'rsyslog': '%d.%d' % logs.host.version if wanted else None,
            'restart': ' '.join(restart_line()), 'waits': init_system() == 'systemd',
            'restartDue': os.path.exists(RESTART_DUE), 'wanted': wanted, 'others': others, 'obstacles': obstacles}


def log_texts(q):
    """The texts before and after a write of these collections and the removal of those that the run sweeps, all at once."""
    need_logs(q['collections'])
    logs = Logs()
    names = [collection_name(c) for c in q['collections']]
    others = [c for name, c in sorted(logs.collections.items()) if name not in names]
    changes = q['collections'] + [dict(c, listen=None, send=None) for c in others if is_swept(c, q['sweep'])]
    right = logs.with_changes(changes)[1]
    return {'collections': [logs.tell_texts(c, right) for c in changes]}


def is_swept(c, sweep):
    return any(each['owner'] == c['owner'] and (each['stacks'] is None or c['path'].split('/')[0] in each['stacks']) for each in sweep)


# --- the change ---

def restart_line():
    return ['systemctl', 'restart', 'rsyslog.service'] if init_system() == 'systemd' else ['service', 'rsyslog', 'restart']


def restart_rsyslog(listening):
    """rsyslog reads its configuration only when it starts. On HUP it only reopens its log files."""
    line = restart_line()
    code, out, err = run(line[0], line[1:])
    if code != 0:
        raise Failure('failed', '%s ended with %d: %s' % (' '.join(line), code, said(out + b' ' + err)))
    end = elapsed() + LISTEN_SECONDS
    silent = listening
    while silent and elapsed() < end:
        time.sleep(0.05)
        silent = [c for c in silent if not sockets_of(c['listen'])]
    if silent:
        raise Failure('failed', 'rsyslog was restarted, and does not listen on %s port %d (SELinux, AppArmor or another program may keep it from that)' % (
            silent[0]['listen']['protocol'], silent[0]['listen']['port']))


def log_folders(c):
    folder = log_folder(c['path'])
    return [folder, folder + '/all', folder + '/hosts']


def make_log_folders(c, account):
    """Makes the folders for the account that rsyslog changes to from root. A folder that is there keeps its owner."""
    for path in [LOGS] + log_folders(c):
        with Place(path, None) as place:
            with Naming(place.real):
                if place.find() is not None:
                    continue
                os.mkdir(place.needed().at(place.name), 0o755)
                opened = open_folder(place)
                if path != LOGS:
                    os.fchown(opened.fd, *account)
                os.fchmod(opened.fd, 0o755)


def write_log_file(path, now, right):
    """Writes or removes one file. The caller has locked /etc."""
    expected = None if now is None else sha256(now)
    with Place(path, None) as place:
        beside = place.needed()
        lock_folder(beside)
        if right is None:
            return remove_in(place, expected)
        if os.path.dirname(path) == ROTATE_D and place.outer.status.st_dev == beside.status.st_dev:
            beside = place.outer  # logrotate reads every name of its folder.
        swap_in(place, beside, right, 0, expected, 0o644)


def swap_log_files(q):
    """Either writes all files and restarts rsyslog, or leaves all files as they were."""
    need_logs(q['changes'])
    with Place('/etc', None) as etc:
        lock_folder(open_folder(etc))
        logs = Logs()
        for c in q['changes']:
            if logs.seen(collection_name(c)) != c['expect']:
                raise Failure('changed', 'the files of %s are not as they were seen' % c['path'])
        changes = [dict((field, c[field]) for field in c if field != 'expect') for c in q['changes']]
        after, right = logs.with_changes(changes)
        wrong = [(path, logs.text(path), text) for path, text in sorted(right.items()) if logs.text(path) != text]
        refuse_foreign(wrong)
        if wrong or os.path.exists(RESTART_DUE):
            refuse_obstacles(logs, changes, after)
            change_logs(logs, wrong, right, [c for c in after.values() if c['listen']], [c for c in changes if c['listen']])
    return {}


def refuse_obstacles(logs, changes, after):
    """Refuses what a plan would have refused. The plan is no proof: the host may have changed, or another login may ask."""
    for c in changes:
        others = [other for name, other in after.items() if name != collection_name(c)]
        for line in logs.host.obstacles(c, others, logs.collections.values()) if c['listen'] or c['send'] else []:
            raise Failure('rejected', line)


def change_logs(logs, wrong, right, listening, made):
    """
    A configuration that is to go first loses all but its head, and goes after the restart. So if this program is cut short, the
    file still says that rsyslog may serve the collection.
    """
    has_rsyslog = find_tool('rsyslogd') is not None  # If rsyslog was removed from the host, the files can still be deleted.
    if has_rsyslog:
        for line in apart(lambda: complaints_about(right, listening)):
            raise Failure('rejected', line)
    for c in made:
        make_log_folders(c, logs.host.account or (0, 0))
    put_file(RESTART_DUE, SHARED_HEADER.encode('ascii'))
    heads = dict((path, head_of(now)) for path, now, text in wrong if text is None and COLLECTION.match(os.path.basename(path)))
    done = []
    try:
        # Sorted by name, so that modules come before the files that need them.
        for path, now, text in in_order([(path, now, heads.get(path, text)) for path, now, text in wrong]):
            if now != text:
                write_log_file(path, now, text)
                done.append((path, now, text))
        if has_rsyslog:
            restart_rsyslog(listening)
    except (Failure, IOError, OSError) as error:
        for path, now, text in reversed(done):
            write_log_file(path, text, now)
        code = run(restart_line()[0], restart_line()[1:])[0] if done and has_rsyslog else 0
        if code == 0:
            os.unlink(RESTART_DUE)
        failure = failure_of(error)
        raise Failure(failure.reason, '%s; all files are as before%s' % (failure.detail, '' if code == 0 else (
            ', and rsyslog did not restart with them either (code %d); see to it there, then apply again' % code)))
    os.unlink(RESTART_DUE)
    for path, head in heads.items():
        write_log_file(path, head, None)


def head_of(content):
    return b''.join(line + b'\n' for line in content.split(b'\n')[:2])


# --- the form of a request ----------------------------------------------------------------------------------------------

TEXT = type(u'')


def is_path(value):
    if not isinstance(value, TEXT) or not value.startswith('/') or '\0' in value or len(value) >= 4096 or '..' in value.split('/'):
        return False
    try:
        return len(to_bytes(value)) < 4096
    except UnicodeError:
        return False


def is_content(value):
    return isinstance(value, TEXT) and len(value) % 4 == 0 and len(value) // 4 * 3 <= MAX_FILE + 2 and bool(
        re.match(u'[A-Za-z0-9+/]*={0,2}\\Z', value))


def is_argv(value):
    return isinstance(value, list) and 0 < len(value) <= 10 and all(
        isinstance(word, TEXT) and len(word) <= 256 and '\0' not in word for word in value)


def matches(pattern):
    compiled = Pattern(pattern)
    return lambda value: isinstance(value, TEXT) and bool(compiled.match(value))


def is_in(allowed):
    """Compares the types too, because True equals 1 in Python."""
    return lambda value: any(type(value) is type(a) and value == a for a in allowed)


PATH = ('an absolute path of at most 4095 bytes without ".."', is_path)
STATE = ('an absolute path of letters, digits, ".", "_", ":" and "-"', lambda value: is_path(value) and bool(STATE_FOLDER.match(value)))
CONTENT = ('base64 of at most %d MiB' % (MAX_FILE >> 20), is_content)
SHA256 = ('a SHA-256 in hex', matches(u'[0-9a-f]{64}\\Z'))
SHA256_OR_NULL = ('a SHA-256 in hex, or null', lambda value: value is None or SHA256[1](value))
FLAG = ('true or false', lambda value: isinstance(value, bool))
FILE_MODE = ('0600 or 0644', is_in(NEW_MODES))
FAMILY = ('4 or 6', is_in((4, 6)))
VARIANT = ('nft, legacy or only', is_in((u'nft', u'legacy', u'only')))
LINES = ('a text of at most %d Mi characters' % (MAX_FILE >> 20), lambda value: isinstance(value, TEXT) and len(value) <= MAX_FILE)
WORDS = ('1 to 10 words of at most 256 characters', is_argv)
NAME = ('the name of a network device', matches(DEVICE.pattern))
PROJECT = (', '.join(sorted(NAMESPACES)), is_in(list(NAMESPACES)))
IDS = ('1 to 4 ids of requests or servers', lambda value: isinstance(value, list) and 0 < len(value) <= 4 and all(
    isinstance(word, TEXT) and re.match(u'(req-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\Z', word) for word in value))
UNIT_NAME = ('the name of a unit of OpenStack', matches(
    u'(?:openstack-|devstack@)?(?:%s|apache2|httpd|uwsgi)(?:-[a-z0-9_-]+)?(?:@[A-Za-z0-9_-]+)?(?:\\.service)?\\Z' % PROJECTS))
PLUGINS = ('at most 64 names of plugins', lambda value: isinstance(value, list) and len(value) <= 64 and all(
    isinstance(name, TEXT) and PLUGIN.match(name) for name in value))
SETTING_NAMES = ('1 to 64 names, each of 1 to 8 words', lambda value: isinstance(value, list) and 0 < len(value) <= 64 and all(
    is_setting_name(name) for name in value))
SETTINGS_CHANGES = ('1 to 64 changes of a setting to a literal or to none', lambda value: (
    isinstance(value, list) and 0 < len(value) <= 64 and all(is_settings_change(change) for change in value)))
OPTION_NAME = ('the name of an option or a section', matches(u'[A-Za-z0-9_.:/-]{1,200}\\Z'))
FORMER = ('at most 50 names', lambda value: isinstance(value, list) and len(value) <= 50 and all(
    isinstance(word, TEXT) and re.match(u'[A-Za-z0-9_.:/-]{1,401}\\Z', word) for word in value))
CONTENTS = ('1 to 100 files of 2 MiB together', lambda value: isinstance(value, list) and 0 < len(value) <= 100 and all(
    map(is_content, value)) and sum(map(len, value)) <= MAX_CONFIG * 4 // 3)
VALUES = ('null, or at most 200 texts', lambda value: value is None or isinstance(value, list) and len(value) <= 200 and all(
    isinstance(word, TEXT) and len(word) <= 65536 for word in value))
RESTARTED = ('the unit of a service of the control plane', matches(RESTARTABLE.pattern))
LOADED_SECONDS = ('a number of 1 to %d' % MAX_LOADED, lambda value: type(value) is int and 0 < value <= MAX_LOADED)
LOADED_MBIT = ('a number of 1 to %d' % MAX_MBIT, lambda value: type(value) is int and 0 < value <= MAX_MBIT)
LOADED_ADDRESS = ('an address', matches(THROUGHPUT_ADDRESS.pattern))
MEASURED = {'address': LOADED_ADDRESS, 'seconds': LOADED_SECONDS, 'mbit': LOADED_MBIT, 'reverse': FLAG}
SERVER_NAME = ('a name or an address of a server', matches(SERVER + '\\Z'))
PORT = ('a number of 1 to 65535', lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 < value < 65536)
LISTENS = {'protocol': is_in([TEXT(word) for word in PROTOCOLS]), 'port': PORT[1],
           'days': lambda value: type(value) is int and 0 < value <= 3660}
SENDS = {'protocol': LISTENS['protocol'], 'port': PORT[1], 'to': SERVER_NAME[1]}


def has_form(value, fields):
    return isinstance(value, dict) and set(value) == set(fields) and all(fields[name](value[name]) for name in fields)


def is_part(fields):
    return lambda value: value is None or has_form(value, fields)


COLLECTION_FIELDS = {'owner': matches(u'[A-Za-z0-9._-]{1,63}\\Z'), 'path': matches(u'(?=.{1,1000}\\Z)[^/\x00-\x1f\x7f\ud800-\udfff]+(?:/[^/\x00-\x1f\x7f\ud800-\udfff]+)*\\Z'),
                     'listen': is_part(LISTENS), 'send': is_part(SENDS)}


def is_collection(value):
    return has_form(value, COLLECTION_FIELDS)


def are_all(fields):
    return lambda value: isinstance(value, list) and len(value) <= MAX_COLLECTIONS and all(has_form(c, fields) for c in value)


COLLECTIONS = ('at most %d collections of logs' % MAX_COLLECTIONS, are_all(COLLECTION_FIELDS))
STACKS = matches(u'[^/\x00-\x1f\x7f\ud800-\udfff]{1,1000}\\Z')
SWEPT = {'owner': COLLECTION_FIELDS['owner'],
         'stacks': lambda value: value is None or isinstance(value, list) and len(value) <= MAX_SWEPT and all(map(STACKS, value))}
SWEEP = ('at most %d owners, each with at most %d stacks, or null for all' % (MAX_SWEPT, MAX_SWEPT),
         lambda value: isinstance(value, list) and len(value) <= MAX_SWEPT and all(has_form(each, SWEPT) for each in value))
LOG_CHANGES = ('at most %d collections of logs, each with what was seen' % MAX_COLLECTIONS,
               are_all(dict(COLLECTION_FIELDS, expect=SHA256[1])))
BRIDGE_FLAG = (', '.join(FLAGS), is_in([TEXT(flag) for flag in FLAGS]))

CHECKED = {'contents': CONTENTS, 'section': OPTION_NAME, 'name': OPTION_NAME, 'former': FORMER, 'multiple': FLAG, 'values': VALUES}

# For each verb: the access that its request needs, the function, the required fields, and the optional fields.
VERBS = {
    'facts': ('read', facts, {}, {}),
    'clock': ('read', clock, {}, {}),
    'knock': ('read', knock, {'server': SERVER_NAME, 'port': PORT}, {}),
    'read-file': ('read', read_file, {'path': PATH}, {}),
    'digest-file': ('read', digest_file, {'path': PATH}, {}),
    'list-folder': ('read', list_folder, {'path': PATH}, {}),
    'save-tables': ('read', save_tables, {'family': FAMILY}, {}),
    'bridge-ports': ('read', bridge_ports, {}, {}),
    'run-reader': ('read', run_reader, {'argv': WORDS}, {}),
    'service-processes': ('read', service_processes, {}, {}),
    'contained-services': ('read', contained_services, {}, {}),
    'listeners': ('read', listeners, {}, {}),
    'read-config': ('read', read_config, {'path': PATH}, {}),
    'read-interfaces': ('read', read_interfaces, {'path': PATH}, {}),
    'registered-options': ('read', registered_options, {'project': PROJECT}, {}),
    'described-options': ('read', described_options, {'project': PROJECT}, {}),
    'check-config': ('read', check_config, CHECKED, {}),
    'restart-unit': ('write', restart_unit, {'unit': RESTARTED}, {}),
    'log-errors': ('read', log_errors, {'path': PATH}, {}),
    'find-in-log': ('read', find_in_log, {'path': PATH, 'ids': IDS}, {}),
    'log-start': ('read', log_start, {'path': PATH}, {}),
    'boot-log': ('read', boot_log, {'unit': UNIT_NAME}, {}),
    'log-files': ('read', log_files, {'collections': COLLECTIONS}, {}),
    'log-texts': ('read', log_texts, {'collections': COLLECTIONS, 'sweep': SWEEP}, {}),
    'swap-log-files': ('write', swap_log_files, {'changes': LOG_CHANGES}, {}),
    'read-settings': ('read', read_settings, {'path': PATH, 'names': SETTING_NAMES}, {}),
    'serve-throughput': ('write', serve_throughput, {'address': LOADED_ADDRESS, 'seconds': LOADED_SECONDS}, {}),
    'measure-throughput': ('write', measure_throughput, MEASURED, {}),
    'switch-plugins': ('write', switch_plugins, {'expect': PLUGINS, 'enable': PLUGINS, 'disable': PLUGINS}, {}),
    'swap-settings': ('write', swap_settings, {'path': PATH, 'changes': SETTINGS_CHANGES}, {}),
    'swap-file': ('write', swap_file, {'path': PATH, 'expect': SHA256_OR_NULL, 'content': CONTENT},
                  {'mode': FILE_MODE, 'makeFolder': FLAG, 'watchedFolder': FLAG}),
    'remove-file': ('write', remove_file, {'path': PATH, 'expect': SHA256}, {}),
    'restore-tables': ('write', restore_tables, {'family': FAMILY, 'variant': VARIANT, 'text': LINES}, {'lockFile': PATH}),
    'boot-files': ('read', boot_files, {'stateFolder': STATE}, {}),
    'swap-boot-files': ('write', swap_boot_files, {'stateFolder': STATE, 'wanted': FLAG, 'expect': SHA256}, {}),
    'set-bridge-flag': ('write', set_bridge_flag,
                        {'bridge': NAME, 'port': NAME, 'flag': BRIDGE_FLAG, 'expect': FLAG, 'value': FLAG}, {}),
}


def check_question(access, q):
    verb = q.get('verb') if isinstance(q, dict) else None
    known = VERBS.get(verb) if isinstance(verb, TEXT) else None
    if known is None or known[0] == 'write' and access != 'write':
        raise Failure('refused', 'no verb of a request that may %s: %s' % (access, shown(verb)))
    _, _, needed, optional = known
    for name in sorted(set(needed) | set(q) - set(['verb'])):
        field = needed.get(name) or optional.get(name)
        if field is None:
            raise Failure('invalid', 'it takes no field %s' % shown(name))
        if name not in q:
            raise Failure('invalid', 'it needs the field "%s"' % name)
        if not field[1](q[name]):
            raise Failure('invalid', '"%s" must be %s, and is %s' % (name, field[0], shown(q[name])))


def shown(value):
    try:
        return json.dumps(value)[:120]
    except (ValueError, RuntimeError):  # It is nested too deep.
        return 'something deeply nested'


def receive(stream, is_first):
    """The body of the next request; None if there is no further request."""
    signal.alarm(IDLE_SECONDS)
    line = stream.readline(64)
    if not line and not is_first:
        return None
    signal.alarm(REQUEST_SECONDS)
    size = re.match(b'stackward-request ([0-9]{1,12})\n\\Z', line)
    if size is None:
        raise Failure('invalid', 'the first line must be "stackward-request BYTES", and is %s' % shown(to_text(line)))
    size = int(size.group(1))
    if size > MAX_REQUEST:
        raise Failure('too-large', 'the request has %d bytes, and at most %d are taken' % (size, MAX_REQUEST))
    body = stream.read(size)
    if len(body) < size:
        raise Failure('invalid', 'the request was cut short after %d of %d bytes' % (len(body), size))
    return body


def parse_request(body):
    if re.search(b'[^\t\n\r -~]', body):
        raise Failure('invalid', 'the request must be JSON in ASCII')
    # Each value comes after one of these signs. Signs inside of texts are counted too, but requests have few of them.
    if sum(body.count(sign) for sign in (b'[', b'{', b',')) > MAX_VALUES:
        raise Failure('too-large', 'the request has more than %d of the signs "[", "{" and ","' % MAX_VALUES)
    try:
        request = json.loads(body if PYTHON2 else body.decode('ascii'), object_pairs_hook=unique, parse_int=number(int),
                             parse_float=number(float), parse_constant=refuse_constant)
    except (ValueError, RuntimeError, MemoryError) as error:  # RuntimeError: nested too deep.
        raise Failure('invalid', 'the request is no JSON that is taken: %s' % str(error)[:200])
    if not isinstance(request, dict) or type(request.get('version')) is not int:
        raise Failure('invalid', 'the request must be an object with a whole number as version')
    return request


def refuse_constant(word):
    raise ValueError('%s is no JSON' % word)


def number(kind):
    def parse(digits):
        if len(digits) > 30:
            raise ValueError('a number of %d digits' % len(digits))
        return kind(digits)
    return parse


def unique(pairs):
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError('a field is there twice')
    return found


def check_request(request):
    if set(request) != set(['version', 'access', 'deadlineSeconds', 'sequences']):
        raise Failure('invalid', 'a request has version, access, deadlineSeconds and sequences, and this has %s' %
                      shown(sorted(request)))
    if not is_in((u'read', u'write'))(request['access']):
        raise Failure('invalid', 'access must be read or write, and is %s' % shown(request['access']))
    seconds = request['deadlineSeconds']
    if type(seconds) is not int or not DEADLINES[0] <= seconds <= DEADLINES[1]:
        raise Failure('invalid', 'deadlineSeconds must be a whole number from %d to %d, and is %s' % (DEADLINES + (shown(seconds),)))
    sequences = request['sequences']
    if not isinstance(sequences, list) or not all(isinstance(sequence, list) for sequence in sequences):
        raise Failure('invalid', 'sequences must be a list of lists')
    questions = len(sequences) + sum(len(sequence) for sequence in sequences)
    if questions > MAX_QUESTIONS:
        raise Failure('too-large', 'there are more than %d sequences and questions in the request' % MAX_QUESTIONS)


# --- the answer ---------------------------------------------------------------------------------------------------------

LEAST_ROOM = 64 << 10  # This is longer than any answer of a verb that writes.
answer_room = MAX_ANSWER


def encoded(value):
    out = json.dumps(value)
    return out if PYTHON2 else out.encode('ascii')


def no(reason, detail):
    return {'ok': False, 'reason': reason, 'detail': detail[:MAX_DETAIL]}


def no_room():
    return Failure('too-large', 'the answers to one request may have %d MiB together, and this has no room left' % (MAX_ANSWER >> 20))


def answer_one(access, q):
    """(whether the question was done, the answer)"""
    try:
        check_question(access, q)
        if answer_room < LEAST_ROOM:
            raise no_room()
        answer = encoded({'ok': True, 'value': VERBS[q['verb']][1](q)})
        if len(answer) > answer_room:
            raise no_room()
        return True, answer
    except (Failure, IOError, OSError) as error:
        failure = failure_of(error)
        answer = no(failure.reason, failure.detail)
    except Exception as error:
        answer = no('failed', '%s: %s' % (type(error).__name__, error))
    return False, encoded(answer if answer_room >= LEAST_ROOM else dict(answer, detail=''))


def answer_sequence(request, sequence):
    """
    The text of the answers. After a failure the rest of the sequence is skipped; after the deadline the rest of all sequences.
    """
    global answer_room
    answers, done = [], True
    for q in sequence:
        try:
            if done and not request['overdue']:
                done, answer = answer_one(request['access'], q)
            else:
                answer = encoded(no('skipped', 'what stood before it has failed'))
        except Overdue:
            request['overdue'] = True
            answer = encoded(no('overdue', 'it had not ended after %d s' % request['deadlineSeconds']))
        answer_room -= len(answer)
        answers.append(answer)
    return b'[' + b', '.join(answers) + b']'


def answer_all(request):
    global limits, answer_room
    answer_room = MAX_ANSWER
    limits = None
    try:
        limits = None if IS_SENT else read_limits()
    except Failure as failure:
        answer = no(failure.reason, failure.detail)
        return encoded([[answer for _ in sequence] for sequence in request['sequences']])
    return b'[' + b', '.join(answer_sequence(request, sequence) for sequence in request['sequences']) + b']'


def expire(*_):
    # If the program hangs from here on, the kernel ends it.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(5)
    raise Overdue()


HEAD = {'version': VERSION, 'oldest': OLDEST}


def refusal(failure):
    """The answer to a request of which nothing was done."""
    return encoded(dict(HEAD, refused=no(failure.reason, failure.detail)))


def answer_to(body):
    """
    Always returns an answer of a known form: with `answers`, or with `refused`, or with neither if this program doesn't speak
    the version.
    """
    try:
        request = parse_request(body)
        if not OLDEST <= request['version'] <= VERSION:
            return encoded(HEAD)
        check_request(request)
    except Failure as failure:
        return refusal(failure)
    request['overdue'] = False
    signal.signal(signal.SIGALRM, expire)
    signal.alarm(request['deadlineSeconds'])
    return encoded(HEAD)[:-1] + b', "answers": ' + answer_all(request) + b'}'


# --- what the caller left -----------------------------------------------------------------------------------------------

def unblock_signals():
    if hasattr(signal, 'pthread_sigmask'):
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        return
    import ctypes
    libc_call('sigprocmask', 2, ctypes.create_string_buffer(128), None)  # SIG_SETMASK: no signal is blocked.


def attempt(call, *args):
    """Does the call if the host has it, and allows it to root."""
    try:
        call(*args)
    except (AttributeError, EnvironmentError, ImportError, RuntimeError, ValueError, resource.error):
        pass


def set_scheduler():
    """That of a plain process: of the idle class it would hold its locks for as long as a login keeps the processors busy."""
    if hasattr(os, 'sched_setscheduler'):
        return os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    import ctypes
    return libc_call('sched_setscheduler', 0, 0, ctypes.byref(ctypes.c_int(0)))


def set_personality():
    """Sudo keeps some of it: UNAME26 makes the kernel say another version."""
    with open('/proc/self/personality') as stream:
        if int(stream.read(), 16) != 0:
            libc_call('personality', 0)


def write_own(name, value, is_to_change=lambda _: True):
    path = '/proc/self/' + name
    with open(path) as stream:
        now = stream.read()
    if is_to_change(now):
        with open(path, 'w') as stream:
            stream.write(value)


def shed():
    """
    Resets everything that the process inherited apart from its arguments, because the login can choose it: ignored and blocked
    signals, limits, a terminal that can stop the process, a folder for core files, closed descriptors. The caller may also go
    away; work that was begun is finished nevertheless. So a hang-up, Ctrl-C and Ctrl-Z have no effect, and only the deadline
    ends the program.
    """
    unblock_signals()
    for one in range(1, signal.NSIG):
        attempt(signal.signal, one, signal.SIG_DFL)
    for name in ('HUP', 'INT', 'QUIT', 'TSTP', 'TTIN', 'TTOU', 'PIPE', 'XFSZ'):
        signal.signal(getattr(signal, 'SIG' + name), signal.SIG_IGN)
    for name in ('CPU', 'FSIZE', 'AS', 'DATA'):
        bound = getattr(resource, 'RLIMIT_' + name)
        hard = resource.getrlimit(bound)[1]
        attempt(resource.setrlimit, bound, (hard, hard))
        attempt(resource.setrlimit, bound, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))  # A container's root may not.
    stack = resource.getrlimit(resource.RLIMIT_STACK)[1]
    attempt(resource.setrlimit, resource.RLIMIT_STACK, (stack, stack))
    attempt(resource.setrlimit, resource.RLIMIT_STACK, (STACK, resource.RLIM_INFINITY))
    attempt(resource.setrlimit, resource.RLIMIT_NOFILE, (1024, 1024))
    attempt(resource.setrlimit, resource.RLIMIT_CORE, (0, 0))
    attempt(os.nice, -max(0, os.nice(0)))
    attempt(set_scheduler)
    attempt(write_own, 'oom_score_adj', '0', lambda now: int(now) > 0)
    attempt(write_own, 'timerslack_ns', '50000')  # The default of Linux.
    attempt(set_personality)
    os.umask(0o022)
    os.chdir('/')
    os.environ.clear()
    os.environ.update(ENVIRONMENT)
    fd = 0
    while fd <= 2:
        fd = os.open('/dev/null', os.O_RDWR)
    os.close(fd)


# --- a session ----------------------------------------------------------------------------------------------------------

def put(word, more=b''):
    with os.fdopen(os.dup(1), 'wb') as stdout:
        stdout.write(b'\nstackward-' + word + b'\n')
        stdout.write(more)


def put_answer(answer):
    put(b'answer ' + str(len(answer)).encode('ascii'), answer)


def answer_apart(body):
    """
    The exit code of a process that answers this one request, or 128 and the signal that ended it. The process is forked, so
    nothing that the request opened, locked, changed or holds in memory outlives it.
    """
    child = os.fork()
    if child != 0:
        status = os.waitpid(child, 0)[1]
        return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    code = 1
    try:
        signal.alarm(REQUEST_SECONDS)  # The request itself sets the deadline later.
        put_answer(answer_to(body))
        code = 0
    except (Exception, Overdue):
        pass
    os._exit(code)


def serve(stream):
    """Answers requests until there is no further one. Returns the exit code."""
    end, code, is_first = elapsed() + SESSION_SECONDS, 0, True
    while code == 0 and elapsed() < end:
        if not is_first:
            signal.alarm(IDLE_SECONDS)  # A caller who reads no answer can't keep it.
            put(b'ready')
        try:
            body = receive(stream, is_first)
        except Failure as failure:
            put_answer(refusal(failure))  # It isn't known where the next request begins.
            break
        if body is None:
            break
        signal.alarm(0)
        code, body, is_first = answer_apart(body), None, False
    return code


if __name__ == '__main__':
    status = 1
    try:
        shed()
        if not IS_SENT and len(sys.argv) == 3 and sys.argv[1] == AT_BOOT:
            status = restore_at_boot(sys.argv[2])
        else:
            status = serve(sent if IS_SENT else os.fdopen(0, 'rb'))  # noqa: F821
    except (Exception, Overdue):
        pass
    os._exit(status)
