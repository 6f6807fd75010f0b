/** Names that the login exchanges while the program walks along them: the check is made on what is opened. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { base64 } from '../support/host-words';
import { numberOfRuns } from '../support/moments';
import { LeastPrivilege, reasons, type RawAnswer } from '../support/least-privilege';
import { findPython2 } from '../support/python2';

const python2 = findPython2('the races against the host program');
const interpreters = ['/usr/bin/python3', ...(python2 === undefined ? [] : [python2])];
const exchange = join(__dirname, '../support/exchange.py');
/** Requests of each test, with 1,000 steps each. */
const rounds = numberOfRuns(1);
const secret = 'the secret of root';

describe.each(interpreters)('the program run by %s, in a folder of the limits that the login may write,', (python) => {
  let host: LeastPrivilege;
  beforeAll(() => (host = new LeastPrivilege(python)));
  afterAll(() => host.remove());

  const record = (number: number): string =>
    join(theirs, `in/bridge-port-${number.toString(16).padStart(8, '0')}.json`);
  let theirs: string;
  beforeEach(() => {
    theirs = host.path('theirs');
    mkdirSync(join(theirs, 'in'), { recursive: true });
    mkdirSync(host.path('secrets'), { mode: 0o700 });
    writeFileSync(host.path('secrets/file.json'), secret, { mode: 0o600 });
    writeFileSync(join(theirs, 'in/file.json'), 'x');
    symlinkSync(host.path('secrets'), join(theirs, 'link'));
    execFileSync('chown', ['-hR', host.login.name, theirs]);
    host.allow({ read: [`${theirs}/`], write: [`${join(theirs, 'in')}/`] });
  });
  afterEach(() => ['theirs', 'secrets'].forEach((name) => rmSync(host.path(name), { recursive: true })));

  /** Runs the work while the login exchanges the two names. */
  const whileExchanged = async (first: string, second: string, work: () => void): Promise<void> => {
    const [program = '', ...args] = host.asLogin('/usr/bin/python3', exchange, first, second);
    const racer = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    let said = '';
    racer.stdout.on('data', (data) => (said += String(data)));
    await once(racer.stdout, 'data');
    work();
    racer.stdin.end();
    await once(racer, 'close');
    expect(Number(said.split('\n')[1])).toBeGreaterThan(1000);
  };

  test('answers no read with the secret while a folder is exchanged for a link to a secret folder', async () => {
    await whileExchanged(join(theirs, 'in'), join(theirs, 'link'), () => {
      const path = join(theirs, 'in/file.json');
      const read: RawAnswer[] = [];
      for (let round = 0; round < rounds; round += 1)
        read.push(
          ...host.ask(
            'read',
            Array.from({ length: 1000 }, () => ({ verb: 'read-file', path })),
          ),
        );
      expect(read.filter(({ value }) => value?.content === base64(secret))).toEqual([]);
      expect(reasons(read)).toContain(true);
    });
  });

  test('writes no file into the secret folder while a folder is exchanged for a link to it', async () => {
    await whileExchanged(join(theirs, 'in'), join(theirs, 'link'), () => {
      for (let round = 0; round < rounds; round += 1) {
        const paths = Array.from({ length: 1000 }, (_, index) => record(round * 1000 + index));
        host.ask(
          'write',
          paths.map((path) => ({ verb: 'swap-file', path, expect: null, content: base64('x') })),
        );
      }
    });
    expect(readdirSync(host.path('secrets'))).toEqual(['file.json']);
  });

  test('answers no read with the secret while a file is exchanged for a link to a secret file', async () => {
    symlinkSync(host.path('secrets/file.json'), join(theirs, 'in/link'));
    await whileExchanged(join(theirs, 'in/file.json'), join(theirs, 'in/link'), () => {
      const path = join(theirs, 'in/file.json');
      for (let round = 0; round < rounds; round += 1) {
        const read = host.ask(
          'read',
          Array.from({ length: 1000 }, () => ({ verb: 'read-file', path })),
        );
        expect(read.filter(({ value }) => value?.content === base64(secret))).toEqual([]);
      }
    });
  });

  test('refuses links, second names of a file and folders behind links, for locks as well', () => {
    linkSync(host.path('secrets/file.json'), join(theirs, 'named.json'));
    symlinkSync(host.path('secrets/file.json'), join(theirs, 'lock'));
    const restore = { verb: 'restore-tables', family: 4, variant: 'nft', text: '*filter\nCOMMIT\n' };
    const read = ['named.json', 'link/file.json', 'link', 'lock'].map((name) => ({
      verb: 'read-file',
      path: join(theirs, name),
    }));
    expect(host.ask('read', read).map(({ reason }) => reason)).toEqual([
      'hard-linked',
      'refused',
      'refused',
      'refused',
    ]);
    expect(host.ask('read', [{ verb: 'list-folder', path: join(theirs, 'link') }])).toMatchObject([
      { reason: 'refused' },
    ]);
    const locks = ['lock', 'link/file.json'].map((name) => ({ ...restore, lockFile: join(theirs, name) }));
    expect(reasons(host.ask('write', locks))).toEqual(['refused']);
  });
});
