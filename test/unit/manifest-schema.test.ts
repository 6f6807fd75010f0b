import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifestJsonSchema } from '../../reconcilers/manifest-schema';
import { kinds } from '../../reconcilers/registry';

const schema = JSON.parse(readFileSync(join(__dirname, '../../docs/manifest.schema.json'), 'utf8')) as object;

test('docs/manifest.schema.json is what the code says; `npm run schema` writes it anew', () => {
  expect(schema).toEqual(JSON.parse(JSON.stringify(manifestJsonSchema())));
});

test('the schema has every kind of the registry', () => {
  for (const { kind } of kinds) expect(JSON.stringify(schema)).toContain(`"const":"${kind}"`);
});
