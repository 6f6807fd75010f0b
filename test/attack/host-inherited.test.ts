/** A process inherits more than its arguments: whatever a login leaves to the program changes nothing. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { base64 } from '../support/host-words';
import { LeastPrivilege, requestOf } from '../support/least-privilege';
import { findPython2 } from '../support/python2';

const python2 = findPython2('what the host program inherits');
const interpreters = ['/usr/bin/python3', ...(python2 === undefined ? [] : [python2])];
const terminal = join(__dirname, '../support/terminal.py');

describe.each(interpreters)('the installed program, run by %s', (python) => {
  let host: LeastPrivilege;
  beforeAll(() => {
    host = new LeastPrivilege(python);
    mkdirSync(host.path('state'));
    host.allow({ write: [`${host.path('state')}/`] });
  });
  afterAll(() => host.remove());

  const swap = (mark: string) => ({
    verb: 'swap-file',
    path: host.path(`state/bridge-port-${mark}.json`),
    expect: null,
    content: base64('x'),
  });

  test('ends at its deadline although the caller ignores and blocks SIGALRM', async () => {
    const holder = spawn('flock', [host.path('state'), 'sh', '-c', 'echo held; cat'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    const input = requestOf({ access: 'write', deadlineSeconds: 1, sequences: [[swap('00000001')]] });
    const { answers } = host.send(input, ['/usr/bin/python3', '-c', ignoreAll]);
    // Sudo clears the mask; whoever is root already doesn't come through it.
    const argv = ['-c', ignoreAll, host.installed];
    const direct = execFileSync('timeout', ['--signal=KILL', '30', '/usr/bin/python3', ...argv], {
      input,
      encoding: 'utf8',
    });
    holder.stdin.end();
    await once(holder, 'close');
    expect(answers).toMatchObject([[{ ok: false, reason: 'overdue' }]]);
    expect(direct).toMatch(/"reason": "overdue"/);
  });

  test.each(['as root', 'through sudo'])(
    'goes on with its work at Ctrl-Z, Ctrl-C and Ctrl-\\ of a terminal, %s',
    (way) => {
      const mark = way === 'as root' ? '00000002' : '00000003';
      const request = host.path(`request-${mark}`);
      writeFileSync(request, requestOf({ access: 'write', sequences: [[swap(mark)]] }));
      const command = way === 'as root' ? [host.installed] : host.asLogin('sudo', '-n', host.installed);
      const argv = [terminal, host.installed, host.path('state'), request, host.path(`answer-${mark}`), ...command];
      const said = JSON.parse(execFileSync('/usr/bin/python3', argv, { encoding: 'utf8' })) as Record<string, unknown>;
      // A core of root's program, which holds the login's words, would be a file in a folder that the login chose.
      expect(said).toMatchObject({ stopped: false, cwd: '/', core: '0' });
      expect(said.answer).toMatch(/"answers": \[\[\{"ok": true/);
    },
  );

  test('writes a whole file although the caller limits file size and time, sets a mask and closes descriptors', () => {
    const run = (mark: string, ...before: string[]) =>
      host.send(requestOf({ access: 'write', sequences: [[swap(mark)]] }), before).answers;
    expect(run('00000004', 'prlimit', '--fsize=0:unlimited', '--nofile=16:', '--')).toMatchObject([[{ ok: true }]]);
    // Root of a container may not raise what the login has bound for good: then nothing is written.
    const [[bound] = []] = run('00000007', 'prlimit', '--fsize=0', '--');
    expect(existsSync(host.path('state/bridge-port-00000007.json'))).toBe(bound?.ok);
    expect(run('00000005', 'sh', '-c', 'umask 0; exec "$@" 2>&-', 'sh')).toMatchObject([[{ ok: true }]]);
    expect(run('00000006', 'nice', '-n', '19')).toMatchObject([[{ ok: true }]]);
    expect(readdirSync(host.path('state')).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

const ignoreAll = `import os, signal, sys
for number in (signal.SIGALRM, signal.SIGCHLD, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
os.execvp(sys.argv[1], sys.argv[1:])`;
