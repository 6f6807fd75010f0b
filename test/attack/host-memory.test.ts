/**
 * Memory that a login may make root's program use: requests that are as large, as many or as finely divided as allowed.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { protocolVersion } from '../../lib/hosts/host';
import { base64 } from '../support/host-words';
import { someOf } from '../support/moments';
import { framed, LeastPrivilege, requestOf } from '../support/least-privilege';
import { findPython2 } from '../support/python2';

const python2 = findPython2('the memory of the host program');
const interpreters = ['/usr/bin/python3', ...(python2 === undefined ? [] : [python2])];

const parts = [
  ['lists', '[],'],
  ['objects', '{},'],
  ['objects of one field', '{"a":1},'],
  ['numbers', '0.5,'],
  ['texts', '"ab",'],
] as const;

const longTexts = [
  ['a path of slashes', '"verb":"read-file","path":"/', '/'],
  ['rules of wide characters', '"verb":"restore-tables","family":4,"variant":"nft","text":"\\ud83d\\ude00', 'a'],
  ['rules of line breaks', '"verb":"restore-tables","family":4,"variant":"nft","text":"*filter', '\\n'],
  ['rules of backslashes', '"verb":"restore-tables","family":4,"variant":"nft","text":"*filter', '\\\\'],
] as const;

describe.each(interpreters)('the installed program, run by %s', (python) => {
  let host: LeastPrivilege;
  beforeAll(() => {
    host = new LeastPrivilege(python);
    mkdirSync(host.path('open'));
    host.allow({ read: [`${host.path('open')}/`] });
  });
  afterAll(() => host.remove());

  test('keeps the bounds of one answer and of memory when it reads one file of 15 MiB 24 times', () => {
    writeFileSync(host.path('open/large'), Buffer.alloc(15 << 20));
    const input = requestOf({
      access: 'read',
      sequences: Array.from({ length: 24 }, () => [{ verb: 'read-file', path: host.path('open/large') }]),
    });
    const { stdout, stderr, answers } = host.send(input, measured);
    rmSync(host.path('open/large'));
    expect(answers.map(([first]) => first?.reason)).toEqual([undefined, ...Array<string>(23).fill('too-large')]);
    expect(stdout.length).toBeLessThan(25 << 20);
    expect(Number(/most memory: (\d+)/.exec(stderr)?.[1])).toBeLessThan(256 << 10);
  });

  test('accepts a write of the largest size, and refuses a larger one', () => {
    const path = host.path('open/made');
    host.allow({ read: [`${host.path('open')}/`], write: [path] });
    const asked = (size: number) =>
      requestOf({
        access: 'write',
        sequences: [[{ verb: 'swap-file', path, expect: null, content: base64(Buffer.alloc(size)) }]],
      });
    const { answers, stderr } = host.send(asked(16 << 20), measured);
    expect(answers).toMatchObject([[{ ok: true }]]);
    expect(Number(/most memory: (\d+)/.exec(stderr)?.[1])).toBeLessThan(256 << 10);
    expect(host.send(asked(17 << 20)).answers).toMatchObject([[{ ok: false, reason: 'invalid' }]]);
    expect(host.send(asked(20 << 20)).refused).toMatchObject({ reason: 'too-large' });
  });

  test.each(someOf(parts))('stays within its bound of memory for a request made of many small %s', (_, part) => {
    const many = part.repeat(Math.floor((23 << 20) / part.length));
    const { stdout, stderr } = host.send(requestOfText(`[{"verb":"facts","x":[${many}1]}]`), measured);
    expect(stdout).toMatch(/"reason": "too-large"/);
    expect(Number(/most memory: (\d+)/.exec(stderr)?.[1])).toBeLessThan(256 << 10);
  });

  test.each(someOf(longTexts))(
    'refuses %s, as long as a request may be, within its bound of memory',
    (_, start, part) => {
      const long = part.repeat(Math.floor((23 << 20) / part.length));
      const { stdout, stderr } = host.send(requestOfText(`[{${start}${long}"}]`), measured);
      expect(stdout).toMatch(/"reason": "(invalid|refused)"/);
      expect(Number(/most memory: (\d+)/.exec(stderr)?.[1])).toBeLessThan(256 << 10);
    },
  );
});

/** @param sequence JSON */
const requestOfText = (sequence: string): string =>
  framed(`{"version":${protocolVersion},"access":"write","deadlineSeconds":60,"sequences":[${sequence}]}`);

/** Runs a command, and says on stderr how many KiB the largest of its processes had. */
const measured = [
  '/usr/bin/python3',
  '-c',
  `import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
sys.stderr.write('most memory: %d' % resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)`,
];
