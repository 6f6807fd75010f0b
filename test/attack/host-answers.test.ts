/**
 * Answers that no host program of stackward would give end in a clear error that names the host, and no part of them is
 * used.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { LocalHost } from '../../adapters/host/local-host';
import type { HostRead } from '../../lib/hosts/host';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'stackward-rogue-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Stackward's message about a host whose program prints this in answer to a question. */
async function askedOf(printed: string, question: HostRead = { verb: 'read-file', path: '/x' }): Promise<unknown> {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(folder, 'printed'), printed);
  for (const [name, line] of [
    ['python3', `exec /usr/bin/cat ${folder}/printed`],
    ...['id', 'sh', 'cat'].map((tool) => [tool, `exec /usr/bin/${tool} "$@"`]),
  ])
    writeFileSync(join(bin, name ?? ''), `#!/bin/sh\n${line}\n`);
  for (const name of ['python3', 'id', 'sh', 'cat']) chmodSync(join(bin, name), 0o755);
  const { PATH } = process.env;
  process.env.PATH = bin;
  try {
    return await new LocalHost('cnode01').read([question]).catch((error: unknown) => error);
  } finally {
    process.env.PATH = PATH;
  }
}

const answer = (json: string): string => `\nstackward-answer ${json.length}\n${json}`;
const answerWith = (value: unknown): string => answer(JSON.stringify({ version: 2, oldest: 2, answers: [[value]] }));
const file = {
  exists: true,
  realPath: '/x',
  content: 'eA==',
  sha256: 'a'.repeat(64),
  mode: 0o644,
  links: 1,
  owner: 'root',
  group: 'root',
  mtimeSeconds: 1,
  xattrs: {},
  managers: [],
};

test('an answer of a host in the right form is accepted', async () => {
  expect(await askedOf(answerWith({ ok: true, value: file }))).toMatchObject([{ ok: true, value: file }]);
});

test.each([
  ['no JSON', answer('{')],
  ['an array', answer('[]')],
  ['no versions', answer('{"answers":[[]]}')],
  ['more answers than questions', answer(JSON.stringify({ version: 2, oldest: 2, answers: [[{}], [{}]] }))],
  ['fewer answers than questions', answer(JSON.stringify({ version: 2, oldest: 2, answers: [[]] }))],
  ['a value that is none', answerWith({ ok: true, value: null })],
  ['an unknown reason', answerWith({ ok: false, reason: 'constructor', detail: 'x' })],
  ['a detail without end', answerWith({ ok: false, reason: 'absent', detail: 'x'.repeat(99_999) })],
  ['a content that is no base64', answerWith({ ok: true, value: { ...file, content: '<x>' } })],
  ['a mode that is a text', answerWith({ ok: true, value: { ...file, mode: '420' } })],
  ['a time that is none', answer(`{"version":2,"oldest":2,"answers":[[{"ok":true,"value":{"mtimeSeconds":1e999}}]]}`)],
  ['an unknown manager', answerWith({ ok: true, value: { ...file, managers: ['Chef'] } })],
  ['a field too many', answerWith({ ok: true, value: { ...file, extra: 1 } })],
  ['a field too few', answerWith({ ok: true, value: { exists: true } })],
  ['deep nesting', answer(`{"version":2,"oldest":2,"answers":${'['.repeat(5_000)}${']'.repeat(5_000)}}`)],
])('an answer of a host with %s is refused in one sentence about that host', async (_, printed) => {
  expect(await askedOf(printed)).toMatchObject({
    reason: 'UnrecoverableError',
    where: 'host:cnode01',
    detail: expect.stringMatching(
      /^the program that was sent along answered in a form that the protocol doesn't have \(.{2,300}\); nothing of it is used/,
    ) as unknown,
  });
});

const tables = (packed: Buffer): string =>
  answerWith({ ok: true, value: { variant: 'nft', hasHook: true, packedText: packed.toString('base64') } });

test("packed tables in a host's answer are unpacked, including bytes that are no UTF-8", async () => {
  const packed = deflateSync(String.raw`*filter\n# \udcff \ud83d\ude00 \"x\"\n`);
  expect(await askedOf(tables(packed), { verb: 'save-tables', family: 4 })).toMatchObject([
    { ok: true, value: { variant: 'nft', hasHook: true, text: '*filter\n# \udcff \u{1f600} "x"\n' } },
  ]);
});

test.each([
  ['no zlib', Buffer.from('x')],
  ['a cut end', deflateSync('x'.repeat(99)).subarray(0, -5)],
  ['more than one text', deflateSync('x", "y')],
  ['an end of its own', deflateSync('x"')],
  ['more than is unpacked', deflateSync(Buffer.alloc(97 << 20, 'x'))],
])("packed tables in a host's answer with %s are refused", async (_, packed) => {
  expect(await askedOf(tables(packed), { verb: 'save-tables', family: 4 })).toMatchObject({
    reason: 'UnrecoverableError',
    where: 'host:cnode01',
    detail: expect.stringContaining('answer to save-tables, packedText: it is no text that was packed') as unknown,
  });
});

test("a request that the host refuses as a whole fails with the host's reason", async () => {
  const refused = { ok: false, reason: 'too-large', detail: 'the request has 9 bytes' };
  expect(await askedOf(answer(JSON.stringify({ version: 2, oldest: 2, refused })))).toMatchObject({
    message: expect.stringMatching(/the request as a whole was refused: the request has 9 bytes/) as unknown,
  });
});
