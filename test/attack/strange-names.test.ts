/** A reviewer reads the very name: no part of a manifest vanishes, and no name looks like another. */
import * as z from 'zod';
import { App } from 'cdktf';
import { CloudStack, OpenStackCloud } from '../../constructs';
import { declareResource } from '../../constructs/internal/declarations';
import { Construct } from 'constructs';
import { parseRecord } from '../../lib/hosts/host-record';
import { parseRun, readJson } from '../../lib/journal/run-record';
import { parseJson } from '../../lib/basics/json';
import { faultOfName } from '../../lib/basics/line';
import { parseManifests } from '../../lib/contract/manifest';
import { parseSavedPlan } from '../../lib/journal/saved-plan';
import { printable } from '../../lib/basics/printable';

const cell = '{"kind":"cell","spec":{},"dependsOn":[]}';
const manifest = (resources: string, more = ''): string =>
  `{"schemaVersion":"1.0","owner":"team-a","stack":"acme",${more}"resources":{${resources}}}`;
const read = (text: string) => parseManifests(text, 'tenant.json');

describe('keys that JSON.parse would drop', () => {
  test.each([
    ['a resource named __proto__', manifest(`"__proto__":${cell}`), '"__proto__" in "resources"'],
    ['__proto__ with an escape in it', manifest(`"__pr\\u006fto__":${cell}`), '"__proto__" in "resources"'],
    ['__proto__ within a spec', manifest(`"acme/a":{"kind":"cell","spec":{"pools":[{"__proto__":{}}]},"dependsOn":[]}`), '"__proto__" in "resources.acme/a.spec.pools.0"'], // prettier-ignore
    ['a resource that is there twice', manifest(`"acme/a":${cell},"acme/a":${cell}`), 'the key "acme/a" twice in "resources"'], // prettier-ignore
    ['a field that is there twice', manifest('"acme/a":{"kind":"cell","spec":{},"dependsOn":[],"kind":"other"}'), 'the key "kind" twice in "resources.acme/a"'], // prettier-ignore
    ['an owner that is there twice', manifest('', '"owner":"team-b",'), 'the key "owner" twice at its top'],
    ['two spellings of one key', manifest(`"acme/a":${cell},"acme/\\u0061":${cell}`), 'the key "acme/a" twice in "resources"'], // prettier-ignore
  ])('%s is refused by name', (_, text, words) => {
    expect(() => read(text)).toThrow(`tenant.json: it holds the key ${words.replace(/^the key /, '')}`);
  });

  test.each(['constructor', 'toString', 'hasOwnProperty'])('a spec field named %s reaches its kind', (field) => {
    const text = manifest(`"acme/a":{"kind":"cell","spec":{"${field}":1},"dependsOn":[]}`);
    expect(Object.entries(read(text)[0]?.resources[0]?.spec ?? {})).toEqual([[field, 1]]);
  });

  test("a resource has no unknown values where its flags are those of an object's prototype", () => {
    const after = JSON.parse(manifest(`"acme/constructor":${cell}`)) as object;
    const change = { actions: ['create'], before: null, after, after_unknown: { resources: {} } };
    const text = JSON.stringify({ format_version: '1.2', output_changes: { stackward_manifest: change } });
    expect(read(text)[0]?.resources).toMatchObject([{ path: 'acme/constructor', unknown: [] }]);
  });

  test('equal keys in two objects, and strings that look like keys, are accepted', () => {
    const text = '{"a":{"b":1,"c":"\\"b\\":"},"d":{"b":["b","b",{"b":"a\\\\"}]}}';
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  test.each([
    ['a saved plan', (text: string) => parseSavedPlan(text, 'x')],
    ['a journal', (text: string) => parseRun('x', readJson(text, 'x/run.json'), '', undefined)],
    [
      'a record on a host',
      (text: string) => {
        const content = Buffer.from(text).toString('base64');
        const file = { exists: true, realPath: '/x', content, sha256: '', mode: 0o600, links: 1 } as const;
        const value = { ...file, owner: 'root', group: 'root', mtimeSeconds: 0, xattrs: {}, managers: [] };
        return parseRecord({ ok: true, value }, '/x', z.unknown());
      },
    ],
  ])('%s with two equal keys is refused by name', (_, parse) => {
    expect(() => parse('{"formatVersion":1,"owner":"team-a","owner":"team-b","entries":{}}')).toThrow(
      'it holds the key "owner" twice at its top',
    );
  });
});

describe('names that look like other names', () => {
  const strange = [
    ['a character without width', 'acme/Ut\u200bm', 'U+200B'],
    ['a soft hyphen', 'acme/Ut\u00adm', 'U+00AD'],
    ['a Cyrillic letter in a Latin name', 'acme/\u0430dmin', 'U+0430'],
    ['a name wholly in Cyrillic letters that look Latin', 'acme/\u0430\u0441\u0435', 'U+0430'],
    ['a Greek letter', 'acme/\u03bfdd', 'U+03BF'],
    ['a mathematical letter', 'acme/\u{1d41a}', 'U+1D41A'],
    ['a letter of full width', 'acme/\uff55tm', 'U+FF55'],
    ['a blank that is no space', 'acme/a\u00a0b', 'U+00A0'],
    ['a Hangul filler', 'acme/\u3164', 'U+3164'],
    ['a variation selector', 'acme/a\ufe0f', 'U+FE0F'],
    ['a tag', 'acme/a\u{e0061}', 'U+E0061'],
    ['a private character', 'acme/\ue000', 'U+E000'],
    ['a half of a character', 'acme/\ud800', 'U+D800'],
    ['a letter that turns the direction of reading', 'acme/\u05d0', 'U+05D0'],
    ['an accent apart from its letter', 'acme/e\u0301', 'U+0301'],
    ['a blank at its end', 'acme/a ', 'begins or ends with a blank'],
    ['a name of 1,001 characters', `acme/${'a'.repeat(996)}`, 'has 1001 characters; 1000 are allowed'],
  ] as const;

  test.each(strange)('a manifest whose resource has %s is refused', (_, path, words) => {
    expect(() => read(manifest(`${JSON.stringify(path)}:${cell}`))).toThrow(words);
  });

  test.each(strange)('an app whose construct has %s is refused at synth with the same words', (_, path, words) => {
    const app = new App({ stackTraces: false });
    const cloud = new OpenStackCloud(app, 'Cloud', { owner: 'team-a', release: 'zed', cloud: 'lab' });
    const stack = new CloudStack(app, 'acme', { cloud });
    declareResource(new Construct(stack, path.slice('acme/'.length)), { kind: 'cell', spec: {} });
    expect(() => app.synth()).toThrow(words);
  });

  test.each([
    'acme/Utm/Transit/Green',
    'acme/본사 방화벽',
    'acme/東京-支店ルーター',
    'acme/Zürich',
    'acme/路由器1',
    "acme/a'; DROP TABLE--",
  ])('the name %s is accepted', (path) => {
    expect(faultOfName(path)).toBeUndefined();
    expect(read(manifest(`${JSON.stringify(path)}:${cell}`))[0]?.resources[0]?.path).toBe(path);
  });

  test('a resource below another stack’s name is refused, since it would be taken for that stack’s', () => {
    expect(() => read(manifest(`"shared/Red":${cell}`))).toThrow(
      'the field "resources.shared/Red" of the manifest is not below the stack "acme"',
    );
  });

  test.each([
    ['owner', manifest('').replace('team-a', 'te\u0430m-a')],
    ['stack', manifest('').replace('acme', 'acm\u0435')],
    ['resources.acme/a.kind', manifest(`"acme/a":${cell.replace('cell', 'c\u0435ll')}`)],
    ['resources.acme/a.dependsOn.0', manifest(`"acme/a":${cell.replace('[]', '["acme/\u200b"]')}`)],
  ])('the field "%s" accepts no such character', (field, text) => {
    expect(() => read(text)).toThrow(`the field "${field}" of the manifest is not valid`);
  });

  test.each([
    ['a\u200bb', 'a\\u200bb'],
    ['a\u00adb', 'a\\u00adb'],
    ['a\u{e0061}', 'a\\u{e0061}'],
    ['a\u3000b', 'a\\u3000b'],
    ['\ufe0f', '\\ufe0f'],
    ['a \u0301', 'a \\u0301'],
    ['\ud800', '\\ud800'],
    ['\ue000', '\\ue000'],
    ['a\nb\u001b[2J', 'a\\nb\\u001b[2J'],
    ['본사 방화벽: café, 東京', '본사 방화벽: café, 東京'],
  ])('a text with unseen characters is shown with escapes (%#)', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });
});
