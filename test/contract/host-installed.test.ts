/** The installed program, for an ordinary user whom sudoers lets run it alone: the suites, and what it keeps from that user. */
import { defined } from '../../lib/basics/defined';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SshHost, type SshOptions } from '../../adapters/host/ssh-host';
import { makeLogin, type Login } from '../support/login';
import { base64, sha256 } from '../support/host-words';
import { findPython2 } from '../support/python2';
import { Sshd } from '../support/sshd';
import { networkContract } from './host-network-suite';
import { fileContract } from './host-suite';

const source = readFileSync(join(__dirname, '../../host/stackward-host.py'), 'utf8');
let sshd: Sshd;
let login: Login;
let installed: string;
beforeAll(async () => {
  sshd = await Sshd.start();
  login = makeLogin('/bin/sh', []);
  installed = install('stackward-host', source, { read: ['/tmp/'], write: [] });
  login.allow([`${installed} ""`]);
});
afterAll(async () => {
  login.remove();
  await sshd.stop();
});

/** Installs a program as docs/hosts.md says: it belongs to root, and its limits stand beside it. */
function install(name: string, text: string, limits: object): string {
  const path = join(sshd.folder, name);
  for (const old of [path, `${path}.limits`]) rmSync(old, { force: true });
  writeFileSync(path, text, { mode: 0o755 });
  writeFileSync(`${path}.limits`, JSON.stringify(limits), { mode: 0o644 });
  return path;
}

let opened: SshHost[] = [];
let ways = 0;
const open = (more: Partial<SshOptions> = {}, path?: string): SshHost => {
  const way = { user: login.name, ...defined({ path }) };
  const destination = sshd.addWay(`way-${++ways}`, way);
  const host = new SshHost('cnode01', { destination, configFile: sshd.configFile, installed, ...more });
  opened.push(host);
  return host;
};

fileContract('ssh, installed', (write) => {
  writeFileSync(`${installed}.limits`, JSON.stringify({ read: ['/tmp/'], write }));
  return Promise.resolve(open());
});
networkContract('ssh, installed', (namespace) => {
  const destination = sshd.addWay(namespace, { user: login.name, namespace });
  return Promise.resolve(new SshHost('cnode01', { destination, configFile: sshd.configFile, installed }));
});

const python2 = findPython2('the host suites of the installed program');
if (python2 !== undefined) {
  let path: string | undefined;
  const withPython2 = (write: readonly string[], namespace?: string): SshHost => {
    const limits = { read: ['/tmp/'], write };
    path ??= install('of-python2', source.replace('#!/usr/bin/python3 -Es', `#!${python2} -Es`), limits);
    writeFileSync(`${path}.limits`, JSON.stringify(limits));
    login.allow([`${installed} ""`, `${path} ""`]);
    const way = { user: login.name, ...defined({ namespace }) };
    const destination = sshd.addWay(`python2-${++ways}`, way);
    return new SshHost('cnode01', { destination, configFile: sshd.configFile, installed: path });
  };
  fileContract('ssh, installed, Python 2.7', async (write) => {
    const host = withPython2(write);
    const [facts] = await host.read([{ verb: 'facts' }]);
    expect(facts).toMatchObject({ value: { installed: true, python: expect.stringMatching(/^2\.7\./) as unknown } });
    return host;
  });
  networkContract('ssh, installed, Python 2.7', (namespace) => Promise.resolve(withPython2([], namespace)));
}

describe('the installed program, for least privilege,', () => {
  afterEach(async () => {
    await Promise.all(opened.map((host) => host.close()));
    opened = [];
  });

  const text = (part: string | RegExp): unknown => expect.stringMatching(part);
  const invalid = { ok: false, reason: 'invalid', error: { reason: 'UnrecoverableError' } };
  const outside = { ok: false, reason: 'outside-limits', error: { reason: 'UnrecoverableError' } };
  const asked = async (host: SshHost): Promise<unknown> =>
    host.read([{ verb: 'facts' }]).catch((error: unknown) => error);

  test('answers as root, and touches nothing outside its limits, through no link', async () => {
    const [readable, writable, hidden] = ['readable', 'writable', 'other'].map((name) => join(sshd.folder, name)) as [
      string,
      string,
      string,
    ];
    const folder = join(sshd.folder, 'tree');
    spawnSync('mkdir', [folder]);
    for (const path of [readable, writable, hidden]) writeFileSync(path, 'x');
    symlinkSync(hidden, join(folder, 'link'));
    const limited = install('limited', source, {
      read: [readable],
      write: [writable, `${folder}/`, join(folder, 'new')],
    });
    login.allow([`${installed} ""`, `${limited} ""`]);
    const host = open({ installed: limited });
    const read = (path: string) => ({ verb: 'read-file', path }) as const;
    expect(
      await host.read([
        { verb: 'facts' },
        read(readable),
        read(writable),
        { verb: 'list-folder', path: folder },
        read('/etc/shadow'),
        read(hidden),
        read(`${writable}2`),
        read(join(folder, 'link')),
        read(`${folder}/../other`),
        { verb: 'list-folder', path: sshd.folder },
      ]),
    ).toMatchObject([
      { ok: true, value: { installed: true, uid: 0 } },
      ...[{ ok: true }, { ok: true }, { ok: true }],
      ...[outside, outside, outside, outside],
      ...[invalid, outside],
    ]);
    const swap = (path: string, expected: string | null) => ({
      ...({ verb: 'swap-file', path, content: base64('y') } as const),
      expect: expected === null ? null : sha256(expected),
    });
    expect(
      await host.write([
        ...[
          [swap(writable, 'x')],
          [swap(join(folder, 'new'), null)],
          [swap(readable, 'x')],
          [swap(join(folder, 'link'), 'x')],
        ],
        [{ verb: 'remove-file', path: readable, expect: sha256('x') }],
        [{ verb: 'restore-tables', family: 4, variant: 'nft', text: '*filter\nCOMMIT\n', lockFile: hidden }],
      ]),
    ).toMatchObject([[{ ok: true }], [{ ok: true }], [outside], [outside], [outside], [outside]]);
    expect([readable, writable, hidden].map((path) => readFileSync(path, 'utf8'))).toEqual(['x', 'y', 'x']);
    expect(readdirSync(folder).sort()).toEqual(['link', 'new']);
    rmSync(`${limited}.limits`);
    expect(await host.read([read(readable)])).toMatchObject([outside]);
  });

  test('follows links in its limits where root alone can have set them', async () => {
    const base = mkdtempSync('/run/stackward-limits-');
    try {
      chmodSync(base, 0o755);
      const [lock, theirs] = [join(base, 'lock'), join(base, 'theirs')];
      for (const folder of ['real', 'theirs']) mkdirSync(join(base, folder));
      for (const file of ['real/iptables', 'secret']) writeFileSync(join(base, file), 'x');
      symlinkSync('real', lock);
      for (const name of ['theirs', 'roots']) symlinkSync(join(base, 'secret'), join(theirs, name));
      spawnSync('chown', ['-h', login.name, theirs, join(theirs, 'theirs')]);
      const read = ['lock/iptables', 'theirs/theirs', 'theirs/roots', 'theirs/'].map((path) => join(base, path));
      const linked = install('linked', source, { read, write: [join(lock, 'made')] });
      login.allow([`${installed} ""`, `${linked} ""`]);
      const host = open({ installed: linked });
      const questions = ['real/iptables', 'lock/iptables', 'theirs/theirs', 'theirs/roots', 'secret'];
      expect(
        await host.read(questions.map((path) => ({ verb: 'read-file', path: join(base, path) }) as const)),
      ).toMatchObject([{ ok: true }, { ok: true }, { reason: 'refused' }, { reason: 'refused' }, outside]);
      const made = { verb: 'swap-file', path: join(lock, 'made'), expect: null, content: base64('y') } as const;
      expect(await host.write([[made]])).toMatchObject([[{ ok: true, value: { realPath: join(base, 'real/made') } }]]);
    } finally {
      rmSync(base, { recursive: true });
    }
  });

  test('does nothing at all where others than root may write it or its limits, or where the limits have another form', async () => {
    const folder = join(sshd.folder, 'unsafe');
    mkdirSync(folder);
    const file = join(folder, 'file');
    const path = install('unsafe/program', source, { read: ['/etc/'], write: [file] });
    login.allow([`${installed} ""`, `${path} ""`]);
    const host = open({ installed: path });
    const swap = { verb: 'swap-file', path: file, expect: null, content: base64('y') } as const;
    const refused = async (sentence: RegExp): Promise<void> => {
      const no = {
        ok: false,
        reason: 'installation',
        error: { reason: 'UnrecoverableError', message: text(sentence) },
      };
      expect(await host.read([{ verb: 'facts' }, { verb: 'read-file', path: '/etc/hosts' }])).toMatchObject([no, no]);
      expect(await host.write([[swap]])).toMatchObject([[no]]);
      expect(existsSync(file)).toBe(false);
    };
    for (const [wrong, mode, right] of [
      [path, 0o775, 0o755],
      [`${path}.limits`, 0o646, 0o644],
      [folder, 0o777, 0o755],
    ] as const) {
      chmodSync(wrong, mode);
      await refused(
        new RegExp(`^host:cnode01: [a-z-]+ failed: ${wrong} must belong to root, and nobody else may write`),
      );
      chmodSync(wrong, right);
    }
    chownSync(`${path}.limits`, 4711, 0);
    await refused(/program\.limits must belong to root.*install it as docs\/hosts\.md says$/);
    for (const limits of [{ read: '/etc/' }, { write: ['etc'] }, { write: [7] }, { writes: [] }, ['/etc/'], null]) {
      install('unsafe/program', source, limits as object);
      await refused(/program\.limits must be \{"read": \[\.{3}\], "write": \[\.{3}\], "knock": \[\.{3}\], "logs": \[\.{3}\], "restart": \[\.{3}\]\}, and hold absolute paths/); // prettier-ignore
    }
    rmSync(`${path}.limits`);
    writeFileSync(`${path}.limits`, '{"read": [,]}');
    await refused(/program\.limits must be/);
    install('unsafe/program', source, { write: [file] });
    expect(await host.write([[swap]])).toMatchObject([[{ ok: true }]]);
  });

  test('may be run by sudo without arguments alone', () => {
    const sudo = (...argv: string[]) => {
      const ended = spawnSync(
        'setpriv',
        [`--reuid=${login.name}`, '--clear-groups', `--regid=${login.name}`, 'sudo', '-n', ...argv],
        { encoding: 'utf8' },
      );
      return { status: ended.status, stderr: ended.stderr };
    };
    expect(sudo(installed)).toEqual({ status: 0, stderr: '' });
    expect(sudo(installed, '--help')).toMatchObject({ stderr: text(/password is required|not allowed/) });
    expect(sudo('/usr/bin/python3', '-c', '')).toMatchObject({ stderr: text(/password is required|not allowed/) });
  });

  test('is refused by sudo without a line in sudoers, and so is the program sent along', async () => {
    const error = { reason: 'UnrecoverableError', where: 'host:cnode01' };
    const sent = new SshHost('cnode01', {
      destination: sshd.addWay('sent', { user: login.name }),
      configFile: sshd.configFile,
    });
    opened.push(sent);
    expect(await asked(sent)).toMatchObject({
      ...error,
      detail: text(/^sudo doesn't let this login run \/usr\/bin\/python3 as root without a password.*docs\/hosts.md/),
    });
    login.allow([]);
    expect(await asked(open())).toMatchObject({
      ...error,
      detail: text(/^sudo doesn't let this login run \/tmp\/.*\/stackward-host as root/),
    });
    login.allow([`${installed} ""`], ['requiretty']);
    expect(await asked(open())).toMatchObject({ ...error, detail: text(/`Defaults:LOGIN !requiretty`/) });
    const path = join(sshd.folder, 'without-sudo');
    spawnSync('mkdir', [path]);
    for (const tool of ['id', 'sh', 'cat']) symlinkSync(`/usr/bin/${tool}`, join(path, tool));
    expect(await asked(open({}, path))).toMatchObject({
      ...error,
      detail: text(/^the login is not root, and there is no sudo/),
    });
    login.allow([`${installed} ""`]);
  });

  test('is named where it is missing, cannot be run, or is of another version', async () => {
    const missing = join(sshd.folder, 'missing');
    const interpreter = install('interpreter', source.replace('#!/usr/bin/python3', '#!/usr/bin/python-of-nobody'), {});
    const newer = install(
      'newer',
      source.replace(/^VERSION = .*$/m, 'VERSION = 9').replace(/^OLDEST = .*$/m, 'OLDEST = 8'),
      {},
    );
    login.allow([missing, interpreter, newer, installed].map((path) => `${path} ""`));
    expect(await asked(open({ installed: missing }))).toMatchObject({
      detail: text(/^there is no .*missing; install host\/stackward-host.py/),
    });
    expect(await asked(open({ installed: interpreter }))).toMatchObject({
      reason: 'UnrecoverableError',
      detail: text(/^the program could not be run/),
    });
    expect(await asked(open({ installed: newer }))).toMatchObject({
      reason: 'UnrecoverableError',
      detail: text(
        /^the program installed there speaks versions 8 to 9 of the protocol, and this stackward version 2; install/,
      ),
    });
    expect(() => open({ installed: "/x'; true" })).toThrow('the path of the installed program may hold letters');
  });

  test('answers every request of another form with a sentence, and never with a traceback', () => {
    const request = (body: string): string => `stackward-request ${body.length}\n${body}`;
    const question = (access: string, verb: string, more = '', whole = '"version":2,"deadlineSeconds":5'): string =>
      request(`{${whole},"access":"${access}","sequences":[[{"verb":"${verb}"${more}}]]}`);
    const nested = `{"version":2,"x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    const sayings: [input: string, says: RegExp][] = [
      ['', /"reason": "invalid", "detail": "the first line must be .*stackward-request BYTES/],
      ['GET / HTTP/1.0\n\n', /the first line must be/],
      ['stackward-request x\n', /the first line must be/],
      ['stackward-request 99999999999\n', /"reason": "too-large", .*99999999999 bytes, and at most 25165824/],
      [request('nonsense'), /the request is no JSON that is taken/],
      [request('{"version":NaN}'), /NaN is no JSON/],
      [request(nested), /the request is no JSON that is taken/],
      [request('{"version":2,"version":2}'), /a field is there twice/],
      [request('{}'), /an object with a whole number as version/],
      [request('{"version":2}'), /a request has version, access, deadlineSeconds and sequences/],
      [question('read', 'facts').slice(0, -1), /the request was cut short after \d+ of \d+ bytes/],
      [question('both', 'facts'), /access must be read or write, and is .*both/],
      [
        question('read', 'facts', '', '"version":2,"deadlineSeconds":0'),
        /deadlineSeconds must be .* from 1 to 600, and is 0/,
      ],
      [question('read', 'facts', '', '"version":2,"deadlineSeconds":true'), /deadlineSeconds must be/],
      [question('read', 'facts', '', '"version":2,"deadlineSeconds":601'), /deadlineSeconds must be/],
      [
        question('read', 'swap-file', ',"path":"/tmp/x"'),
        /"reason": "refused", "detail": "no verb of a request that may read/,
      ],
      [question('write', 'swap-file'), /"reason": "invalid", "detail": "it needs the field .*content/],
      [question('read', 'read-file', ',"path":7'), /path.* must be an absolute path .*, and is 7/],
      [question('read', 'read-file', ',"path":"/tmp/x","mode":7'), /it takes no field .*mode/],
    ];
    for (const [input, says] of sayings) {
      const { stdout, stderr, status } = spawnSync('/usr/bin/python3', [installed], { input, encoding: 'utf8' });
      expect([input.slice(0, 99), stderr, status, stdout]).toEqual([input.slice(0, 99), '', 0, text(says)]);
    }
    for (const version of [1, 6]) {
      const input = question('read', 'facts', '', `"version":${version},"deadlineSeconds":5`);
      const { stdout } = spawnSync('/usr/bin/python3', [installed], { input, encoding: 'utf8' });
      expect(stdout).toMatch(/\n\{"version": 5, "oldest": 2\}\nstackward-ready\n$/);
    }
  });

  test('leaves a file that belongs to somebody else with its owner', async () => {
    const path = join(sshd.folder, 'theirs');
    writeFileSync(path, 'x', { mode: 0o600 });
    chownSync(path, 4711, 4712);
    writeFileSync(`${installed}.limits`, JSON.stringify({ write: [path] }));
    const host = open();
    await host.write([[{ verb: 'swap-file', path, expect: sha256('x'), content: base64('y') }]]);
    expect(await host.read([{ verb: 'read-file', path }])).toMatchObject([
      { value: { owner: '4711', group: '4712', mode: 0o600, content: base64('y') } },
    ]);
  });
});
