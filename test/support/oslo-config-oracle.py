"""Asks the real oslo.config, whatever version is on the path, under Python 2.7 or 3: JSON on stdin, JSON on stdout.

Each case has files, an environment and options. The answer is {"fault": line or null} where a file is
refused, else a value for each option: a text, a list, null where it is unset, or {"error": text}.
"""
import io
import json
import os
import re
import shutil
import sys
import tempfile

if sys.version_info[0] == 3:
    import collections
    import collections.abc

    # oslo.config up to 5.2.0 looks for it where Python 3.10 no longer has it.
    collections.Mapping = collections.abc.Mapping

try:
    from oslo_config import cfg
except ImportError:
    from oslo.config import cfg

FOLDER = tempfile.mkdtemp()


def native(text):
    """Of the version's own text: bytes under Python 2."""
    return text.encode('utf-8') if sys.version_info[0] == 2 else text


def make(option):
    former = [cfg.DeprecatedOpt(native(one['name']), group=native(one['section'])) for one in option.get('former', [])]
    words = {'deprecated_opts': former}
    if option.get('default') is not None:
        words['default'] = native(option['default'])
    kind = cfg.MultiStrOpt if option.get('multiple') else cfg.StrOpt
    return kind(native(option['name']), **words)


def value_of(conf, option):
    section = native(option['section'])
    try:
        holder = conf if section == 'DEFAULT' else getattr(conf, section)
        return getattr(holder, native(option['name']))
    except Exception as error:
        # Python's words for a circle depend on where in it the limit is met.
        return {'error': 'recursion' if 'recursion depth' in str(error) else repr(error)}


def write(path, text):
    if not os.path.isdir(os.path.dirname(path)):
        os.makedirs(os.path.dirname(path))
    with io.open(path, 'w', encoding='utf-8', newline='') as stream:
        stream.write(text)


def lay_out(case):
    """(words of the command line, words for ConfigOpts) of a case; with `paths` it has a folder and a command line of its own."""
    if 'paths' not in case:
        paths = [os.path.join(FOLDER, '%d.conf' % at) for at in range(len(case['files']))]
        for path, text in zip(paths, case['files']):
            write(path, text)
        return [word for path in paths for word in ('--config-file', path)], {'default_config_files': [], 'project': 'x'}
    for name in os.listdir(case['folder']):
        path = os.path.join(case['folder'], name)
        shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
    os.chdir(case['folder'])
    os.environ['HOME'] = native(os.path.join(case['folder'], 'home'))
    for path, text in zip(case['paths'], case['files']):
        write(os.path.join(case['folder'], path), text)
    return [native(word) for word in case['arguments']], {'project': 'swproj', 'prog': 'swproj-api'}


def answer(case):
    arguments, words = lay_out(case)
    conf = cfg.ConfigOpts()
    for option in case['options']:
        group = None if option['section'] == 'DEFAULT' else native(option['section'])
        conf.register_opt(make(option), group=group)
    environment = {native(name): native(value) for name, value in case['environment'].items()}
    os.environ.update(environment)
    try:
        try:
            conf(arguments, **words)
        except cfg.ConfigFileParseError as error:
            # The fault of an option before any section is told at the line where its value ends.
            line = re.search(r'at \S+?:(\d+), (?!Section must)', str(error))
            return {'fault': int(line.group(1)) if line else None}
        return {'values': [value_of(conf, option) for option in case['options']]}
    finally:
        for name in environment:
            os.environ.pop(name, None)


sys.setrecursionlimit(400)
try:
    answers = [answer(case) for case in json.load(sys.stdin)]
finally:
    shutil.rmtree(FOLDER)
json.dump(answers, sys.stdout)
