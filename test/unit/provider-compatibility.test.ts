/** The table of what several versions of the provider have: its rules, and whether the committed one is up to date. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deriveCompatibility, renderCompatibility } from '../../providers/openstack/compatibility.mjs';
import { providerSchemas } from '../support/provider-schemas';

const home = join(__dirname, '..', '..', 'providers', 'openstack');
const text = { type: 'string', optional: true };
const computed = { type: 'string', computed: true };

/** A schema with one resource, one data source and a provider of the same shape. */
function schemaOf(attributes: object, blocks: object = {}, more: object = {}): unknown {
  const schema = { block: { attributes, block_types: blocks } };
  return {
    provider_schemas: {
      p: { provider: schema, resource_schemas: { r: schema, ...more }, data_source_schemas: { d: schema } },
    },
  };
}

test('attributes that both versions can set are listed, nested ones by path', () => {
  const block = { nesting_mode: 'list', block: { attributes: { ip: text, mac: text } } };
  const smaller = { nesting_mode: 'list', block: { attributes: { ip: text } } };
  const table = deriveCompatibility({
    '1': schemaOf({ name: text, old: text }, { fixed: block }),
    '2': schemaOf({ name: text, fresh: text }, { fixed: smaller }),
  });
  const both = ['fixed', 'fixed.ip', 'name'];
  expect(table).toEqual({
    versions: ['1', '2'],
    provider: both,
    resources: { r: both },
    dataSources: { d: both },
    readOnly: { resources: { r: [] }, dataSources: { d: [] } },
  });
});

test.each([
  ['in one version only computed', text, computed, [], ['a']],
  ['in both only computed', computed, computed, [], ['a']],
  ['of another type', text, { type: 'number', optional: true }, [], []],
  ['optional and computed', { ...text, computed: true }, { type: 'string', required: true }, ['a'], []],
])('an attribute that is %s', (_, first, second, settable, readOnly) => {
  const table = deriveCompatibility({ '1': schemaOf({ a: first }), '2': schemaOf({ a: second }) });
  expect([table.resources['r'], table.readOnly.resources['r']]).toEqual([settable, readOnly]);
});

test('a block that holds one item in one version and many in the other is not shared, nor what it holds', () => {
  const block = (more: object) => ({ b: { nesting_mode: 'list', block: { attributes: {} }, ...more } });
  const table = deriveCompatibility({ '1': schemaOf({}, block({ max_items: 1 })), '2': schemaOf({}, block({})) });
  expect(table.resources['r']).toEqual([]);
});

test('a resource that only one version has is not listed', () => {
  const table = deriveCompatibility({ '1': schemaOf({}, {}, { gone: { block: {} } }), '2': schemaOf({}) });
  expect(Object.keys(table.resources)).toEqual(['r']);
});

test('rendered, the table is the same JSON', () => {
  const table = deriveCompatibility({ '1': schemaOf({ a: text }), '2': schemaOf({ a: text }) });
  expect(JSON.parse(renderCompatibility(table))).toEqual(table);
});

test('the committed table is what the two schemas give', () => {
  const table = deriveCompatibility({ '1.54.1': providerSchemas['1.54.1'](), '3.4.0': providerSchemas['3.4.0']() });
  expect(readFileSync(join(home, 'compatibility.json'), 'utf8')).toBe(renderCompatibility(table));
});
