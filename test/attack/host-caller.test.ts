/** A login decides more than what it asks: the installed program answers alike whatever its caller set before it started. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { LeastPrivilege, requestOf } from '../support/least-privilege';

let host: LeastPrivilege;
beforeAll(() => {
  host = new LeastPrivilege();
  host.allow({ read: ['/proc/self/'] });
});
afterAll(() => host.remove());

const own = ['limits', 'oom_score_adj', 'personality', 'timerslack_ns', 'sched', 'status'];

/** What the program's own process is like, as it reads it itself. */
function stateOf(before: readonly string[] = []): Readonly<Record<string, string>> {
  const sequences = own.map((name) => [{ verb: 'read-file', path: `/proc/self/${name}` }]);
  const { answers } = host.send(requestOf({ access: 'read', sequences: [...sequences, [{ verb: 'facts' }]] }), before);
  const texts = own.map((name, index) => {
    const text = Buffer.from(answers[index]?.[0]?.value?.content ?? '', 'base64').toString('latin1');
    return [name, text] as const;
  });
  const all = Object.fromEntries(texts);
  const only = (text: string | undefined, lines: RegExp): string => text?.match(lines)?.join('\n') ?? '';
  return {
    ...all,
    limits: only(all.limits, /^Max (cpu|file size|data|stack|core|open files|address).*$/gm),
    sched: only(all.sched, /^(policy|prio) .*$/gm),
    status: only(all.status, /^(Umask|SigBlk|SigIgn|NoNewPrivs|Seccomp):.*$/gm),
    kernel: String((answers[own.length]?.[0]?.value as { kernel?: string } | undefined)?.kernel),
  };
}

const setSlack = `import ctypes, os, sys
ctypes.CDLL(None).prctl(29, ctypes.c_ulong(10 ** 10), 0, 0, 0)
os.execvp(sys.argv[1], sys.argv[1:])`;

test.each<readonly [string, readonly string[]]>([
  ['a small stack', ['prlimit', '--stack=524288:', '--']],
  ['limits of memory, files and time', ['prlimit', '--data=1073741824:', '--as=4294967296:', '--nofile=64:', '--']],
  ['the idle class of the scheduler', ['chrt', '--idle', '0']],
  ['the wish to be ended first where memory is short', ['choom', '-n', '1000', '--']],
  ['another version of the kernel', ['setarch', '--uname-2.6']],
  ['timers that come late', ['/usr/bin/python3', '-c', setSlack]],
  [
    'a locale, a folder and paths of its own',
    ['env', '-C', '/tmp', 'LC_ALL=de_DE.ISO-8859-1', 'TMPDIR=/tmp/x', 'PYTHONPATH=/tmp/x'],
  ],
  [
    'a mask and signals that are ignored',
    ['sh', '-c', 'umask 0; trap "" ALRM TERM CHLD; exec "$@" 2>&- 9</etc/passwd', 'sh'],
  ],
  [
    'an environment of a megabyte',
    ['env', ...Array.from({ length: 16 }, (_, index) => `X${index}=${'x'.repeat(65_536)}`)],
  ],
])('a caller who sets %s changes nothing of the process', (_, before) => {
  expect(stateOf(before)).toEqual(stateOf());
});

test('no library reads a file that the environment names, also where sudo would hand it on', () => {
  mkdirSync(host.path('caller'));
  const pipe = host.path('caller/openssl.cnf');
  execFileSync('mkfifo', [pipe]);
  // Whoever opens it waits for ever.
  const env = { PATH: '/usr/bin:/bin', OPENSSL_CONF: pipe, OPENSSL_MODULES: host.path('caller') };
  const input = requestOf({ access: 'read', sequences: [[{ verb: 'digest-file', path: '/proc/self/limits' }]] });
  const ended = execFileSync('timeout', ['--signal=KILL', '20', host.installed], { input, env, encoding: 'utf8' });
  expect(ended).toContain('"ok": true');
});
