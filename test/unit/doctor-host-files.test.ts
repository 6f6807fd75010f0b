/** SW-7001 over recorded files of ifupdown: each mistake with its line and column, and what is none. */
import { parseInterfaces } from '../../lib/interfaces/file';
import { judgeHostFiles } from '../../reports/doctor/checks/host-files';
import { UnrecoverableError } from '../../lib/basics/errors';
import type { HostReader } from '../../lib/hosts/host';
import { maxFiles, readHostFiles } from '../../reports/host-files';
import { read, untried } from '../../reports/looked';

const path = '/etc/network/interfaces';
const judge = (text: string, scripts: readonly (readonly [string, string])[] = []) =>
  judgeHostFiles([
    {
      host: 'cnode01',
      files: read({
        interfaces: [{ path, file: read(parseInterfaces(text)) }],
        scripts: scripts.map(([name, head]) => ({ path: name, head: read(head) })),
        missed: [],
      }),
    },
  ]);

const sound =
  'auto eth0\n# uplink\niface eth0 inet static\n  address 192.0.2.1\n  # gateway\n  up echo a # b\n  x a#b\n';

test.each([
  [
    'a comment behind an address',
    sound.replace('192.0.2.1', '192.0.2.1 # uplink'),
    'fault',
    /^line 4, column 21: .*part of the value of "address"/,
  ],
  [
    'a comment behind auto',
    sound.replace('auto eth0', 'auto eth0 # uplink'),
    'fault',
    /^line 1, column 11: .*for an interface/,
  ],
  [
    'a no-break space',
    sound.replace('  address', ' \u00a0address'),
    'fault',
    /^line 4, column 2: the character U\+00A0/,
  ],
  ['a byte order mark', `\ufeff${sound}`, 'fault', /^line 1, column 1: the file begins with a byte order mark/],
  ['an option without a value', `${sound}  mtu\n`, 'fault', /^line 8, column 3: the option "mtu" has no value/],
  [
    'CRLF',
    sound.replaceAll('\n', '\r\n'),
    'risk',
    /^line 1, column 10: the line ends with CRLF, which ifup passes over/,
  ],
])('%s', (_, text, result, evidence) => {
  expect(judge(text)).toMatchObject([
    { result, subject: `${path} on cnode01`, evidence: [expect.stringMatching(evidence)] },
  ]);
});

test('comments in lines of their own and in commands are none, and scripts with LF are sound', () => {
  expect(judge(sound, [['/etc/network/if-up.d/x', '#!/bin/sh\nexit\n']])).toMatchObject([
    { result: 'fine', found: 'ifup reads as it looks: 1 file, 1 script' },
  ]);
});

test.each([
  ['#!/bin/sh\r\nexit\r\n', /^line 1, column 10: the line ends with CRLF, so the kernel looks for an interpreter/],
  ['#!/bin/sh\nexit\r\n', /^line 2, column 5: the line ends with CRLF$/],
  ['\u00ef\u00bb\u00bf#!/bin/sh\n', /^line 1, column 1: a byte order mark/],
])('the script %j does not run', (head, evidence) => {
  expect(judge(sound, [['/root/up.sh', head]])).toMatchObject([
    { result: 'fault', subject: '/root/up.sh on cnode01', evidence: [expect.stringMatching(evidence)] },
  ]);
});

test('a host without ifupdown, and a file that may not be read, are not looked at', () => {
  expect(judgeHostFiles([{ host: 'cnode01', files: untried('there is none') }])).toMatchObject([
    { result: 'not looked at', subject: 'host cnode01', wasTried: false },
  ]);
  const unread = { isRead: false, why: 'outside', wasTried: true } as const;
  const files = read({ interfaces: [{ path, file: unread }], scripts: [], missed: [] });
  expect(judgeHostFiles([{ host: 'cnode01', files }])).toMatchObject([
    { result: 'not looked at', subject: `${path} on cnode01`, why: 'outside' },
  ]);
});

test('folders and scripts that were refused, and files beyond the bound, are not looked at beside what is fine', async () => {
  const refused = { ok: false, reason: 'refused', error: new UnrecoverableError('a link is not followed') } as const;
  const names = Array.from({ length: maxFiles + 1 }, (_, index) => `f${index}`);
  const answer = ({ verb, path: asked }: { verb: string; path: string }): unknown => {
    if (verb === 'list-folder' && asked.endsWith('if-up.d')) return refused;
    if (verb === 'digest-file') return refused;
    const entries = asked.endsWith('interfaces.d') ? names : asked.endsWith('if-down.d') ? ['x'] : [];
    const value = { exists: true, text: 'auto lo\n', entries: entries.map((name) => ({ name, kind: 'file' })) };
    return { ok: true, value };
  };
  const host = { read: (questions: readonly never[]) => Promise.resolve(questions.map(answer)) };
  const files = await readHostFiles(host as unknown as HostReader);
  const told = judgeHostFiles([{ host: 'cnode01', files }]);
  expect(told[0]).toMatchObject({
    result: 'fine',
    found: 'ifup reads as it looks: 201 files, 0 scripts; 3 not looked at',
  });
  expect(told.slice(1).map(({ result, subject }) => [result, subject])).toEqual([
    ['not looked at', '/etc/network/if-down.d/x on cnode01'],
    ['not looked at', '/etc/network/if-up.d on cnode01'],
    ['not looked at', '1 more files of /etc/network/interfaces.d on cnode01'],
  ]);
});
