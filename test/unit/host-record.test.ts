import { createHash } from 'node:crypto';
import * as z from 'zod';
import { Blocked } from '../../lib/basics/errors';
import { fileHeader, type HostFile, type HostReader, type HostWrite, type Outcome } from '../../lib/hosts/host';
import { parseRecord, readRecords, RecordWriter, renderRecord, type HostRecord } from '../../lib/hosts/host-record';

const entry = z.object({ before: z.string() });
const path = '/var/lib/stackward/kind-0123.json';
const nothing: HostRecord<{ before: string }> = { path, sha256: null, entries: new Map() };
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const fileOf = (content: string): Outcome<HostFile> => ({
  ok: true,
  value: {
    exists: true,
    realPath: path,
    content: Buffer.from(content).toString('base64'),
    sha256: sha256(content),
    mode: 0o600,
    links: 1,
    owner: 'root',
    group: 'root',
    mtimeSeconds: 1,
    xattrs: {},
    managers: [],
  },
});

test('a new record stands under its kind and owner, in the host’s own state folder', async () => {
  const host = {
    name: 'h1',
    stateFolder: '/srv/state',
    read: (questions: readonly { verb: string }[]) =>
      Promise.resolve(
        questions.map(({ verb }) => ({
          ok: true,
          value: verb === 'list-folder' ? { exists: false, entries: [] } : { exists: false, realPath: '' },
        })),
      ),
  } as unknown as HostReader;
  const { records } = await readRecords(host, 'bridge-port', ['team-a'], entry);
  expect(records.get('team-a')?.path).toMatch(/^\/srv\/state\/bridge-port-[0-9a-f]{16}\.json$/);
});

test('a record is read as it was written, and has the header that lets it be removed', () => {
  const entries = new Map([
    ['b é "', { before: 'x\ny' }],
    ['a', { before: '' }],
  ]);
  const text = renderRecord('team-a', entries) ?? '';
  expect(text.slice(0, 512)).toContain(fileHeader('team-a'));
  expect(parseRecord(fileOf(text), path, entry)).toEqual({ path, owner: 'team-a', sha256: sha256(text), entries });
  expect(renderRecord('team-a', new Map([...entries].reverse()))).toBe(text);
});

test('no file is an empty record; anything else is not touched', () => {
  const absent = { ok: true, value: { exists: false, realPath: path } } as const;
  expect(parseRecord(absent, path, entry)).toEqual(nothing);
  for (const text of [
    '',
    '{',
    '[]',
    '{"formatVersion":2,"owner":"x","entries":{}}',
    '{"formatVersion":1,"owner":"x","entries":{"a":{}}}',
  ])
    expect(() => parseRecord(fileOf(text), path, entry)).toThrow(Blocked);
  const error = new Blocked('no');
  expect(() => parseRecord({ ok: false, reason: 'refused', error }, path, entry)).toThrow(error);
});

test('each write rests on the one before, and the last entry takes the file with it', () => {
  const writer = new RecordWriter('team-a', nothing);
  const change = (key: string, before?: string): readonly HostWrite[] =>
    writer.write(new Map([[key, before === undefined ? undefined : { before }]]));
  const contentOf = ([write]: readonly HostWrite[]): string =>
    write?.verb === 'swap-file' ? Buffer.from(write.content, 'base64').toString() : '';
  const first = change('a', '1');
  const second = change('b', '2');
  expect(first).toMatchObject([{ verb: 'swap-file', path, expect: null, mode: 0o600, makeFolder: true }]);
  expect(second).toMatchObject([{ verb: 'swap-file', path, expect: sha256(contentOf(first)) }]);
  expect(change('b', '2')).toEqual([]);
  expect(change('c')).toEqual([]);
  expect(contentOf(change('a'))).not.toContain('"a"');
  expect(change('b')).toMatchObject([{ verb: 'remove-file', path }]);
  expect(change('b')).toEqual([]);
  expect(change('d', '4')).toMatchObject([{ verb: 'swap-file', expect: null }]);
});
