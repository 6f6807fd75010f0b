/** The document of `deploy --json`: its schema in docs, and the example of docs/deploy.md as its golden form. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { deployDocument, documentFormat } from '../../cli/deploy/document';
import { deployDocumentSchema, deployJsonSchema } from '../../cli/deploy/document-schema';

const read = (name: string): string => readFileSync(join(__dirname, '../../docs', name), 'utf8');
const schema = JSON.parse(read('deploy.schema.json')) as object;
const published = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
const allows = (value: unknown): boolean => published.safeParse(JSON.parse(JSON.stringify(value))).success;

const document = {
  formatVersion: documentFormat,
  ...deployDocument(
    new Map([
      ['shared', { terraform: 'done', stackward: 'unchanged' }],
      ['acme', { terraform: 'failed', stackward: 'left' }],
      ['branch2', { terraform: 'left', stackward: 'left' }],
    ]),
    new Map([
      ['', [{ message: 'host:cnode02: it does not answer' }]],
      ['acme', [{ half: 'terraform', message: 'Terraform could not make server web (10.91.1.20) in project acme: No valid host was found' }]],
      ['branch2', [{ message: 'it depends on acme, which is not done' }]],
    ]),
  ),
  exitCode: 1,
}; // prettier-ignore

test('docs/deploy.schema.json is what the code says; `npm run schema` writes it anew', () => {
  expect(schema).toEqual(JSON.parse(JSON.stringify(deployJsonSchema())));
});

test('the example of docs/deploy.md is a document as deploy prints it', () => {
  const [, example = ''] = /```json\n(.*?)```/s.exec(read('deploy.md')) ?? [];
  expect(JSON.parse(example)).toEqual(document);
});

test('other programs can check a document by the schema, also one with an error', () => {
  const error = { reason: 'Refused', message: 'stackward.yaml forbids it' };
  for (const each of [document, { ...document, error }, { formatVersion: '1.0', error, exitCode: 1 }])
    expect(allows(each)).toBe(true);
  expect(allows({ ...document, problems: undefined })).toBe(false);
  expect(allows({ ...document, stacks: { acme: { terraform: 'over', stackward: 'left' } } })).toBe(false);
  expect(deployDocumentSchema.safeParse(document).success).toBe(true);
});
