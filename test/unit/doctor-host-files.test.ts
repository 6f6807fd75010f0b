/** SW-7001 over recorded files of ifupdown: each mistake with its line and column, and what is none. */
import { parseInterfaces } from '../../lib/interfaces/file';
import { judgeHostFiles } from '../../reports/doctor/checks/host-files';
import { read, untried } from '../../reports/looked';

const path = '/etc/network/interfaces';
const judge = (text: string, scripts: readonly (readonly [string, string])[] = []) =>
  judgeHostFiles([
    {
      host: 'cnode01',
      files: read({
        interfaces: [{ path, file: read(parseInterfaces(text)) }],
        scripts: scripts.map(([name, head]) => ({ path: name, head })),
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
  const files = read({ interfaces: [{ path, file: unread }], scripts: [] });
  expect(judgeHostFiles([{ host: 'cnode01', files }])).toMatchObject([
    { result: 'not looked at', subject: `${path} on cnode01`, why: 'outside' },
  ]);
});
