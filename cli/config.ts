/**
 * stackward.yaml: which cloud, and how to reach what the API can't change. Passwords stand in the environment, and here
 * only as `${NAME}`. Every error names line and column.
 */
import { isMap, isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { z } from 'zod';
import { InvalidConfiguration } from '../lib/errors';

const tls = z.union([
  z.literal('off'),
  z.strictObject({
    minVersion: z.enum(['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']).default('TLSv1.2'),
    caFile: z.string().min(1).optional(),
  }),
]);

const database = z.strictObject({
  host: z.string().min(1),
  port: z.coerce.number().int().min(1).max(65535).default(3306),
  user: z.string().min(1),
  password: z.string(),
  schema: z.string().min(1).default('neutron'),
  tls: tls.default({ minVersion: 'TLSv1.2' }),
});

const configuration = z.strictObject({
  /** Entry of clouds.yaml. Default: OS_CLOUD, else the OS_* variables. */
  cloud: z.string().min(1).optional(),
  databases: z.strictObject({ neutron: database.optional() }).default({}),
});

export type Configuration = z.infer<typeof configuration>;
export type DatabaseConfiguration = z.infer<typeof database>;

export const defaultFile = 'stackward.yaml';

/**
 * @param text undefined: there is no file, and everything has its default
 * @throws InvalidConfiguration, `where` is `file:line:column`
 */
export function parseConfiguration(
  text: string | undefined,
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): Configuration {
  const lines = new LineCounter();
  const document = parseDocument(text ?? '', { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): { where: string } => {
    const { line, col } = lines.linePos(offset);
    return { where: `${file}:${line}:${col}` };
  };
  const syntax = document.errors[0];
  if (syntax) throw new InvalidConfiguration(`this is not YAML: ${syntax.message}`, at(syntax.pos[0]));
  refuseLiteralPassword(document, at);
  fillReferences(document, env, at);
  const result = configuration.safeParse(document.toJS() ?? {});
  if (result.success) return result.data;
  // A misspelt field also leaves the right one missing: say the misspelling.
  const issues = result.error.issues;
  const issue = issues.find((one) => one.code === 'unrecognized_keys') ?? issues[0];
  const path = (issue?.path ?? []).map(String);
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const field = [...path, ...(unknown === undefined ? [] : [unknown])].join('.');
  const detail =
    unknown === undefined
      ? `the field "${field}" is not valid: ${issue?.message ?? 'unreadable'}`
      : `there is no field "${field}"; allowed ${path.length === 0 ? 'are' : `below "${path.join('.')}" are`} ${allowedBelow(path)}`;
  throw new InvalidConfiguration(detail, at(offsetOf(document, unknown === undefined ? path : [...path, unknown])));
}

const allowedBelow = (path: readonly string[]): string =>
  Object.keys(
    path.length === 0
      ? configuration.shape
      : path.length === 1
        ? { neutron: 0 }
        : path.at(-1) === 'tls'
          ? { minVersion: 0, caFile: 0 }
          : database.shape,
  ).join(', ');

/** Where the field begins, or what it should stand in: its key, else its nearest parent's. */
function offsetOf(document: Document, path: readonly string[]): number {
  for (let length = path.length; length > 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true) ?? document.contents;
    const pair = isMap(parent) ? parent.items.find(({ key }) => String(key) === path[length - 1]) : undefined;
    if (isScalar(pair?.key) && pair.key.range) return pair.key.range[0];
  }
  return 0;
}

const reference = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/;

function refuseLiteralPassword(document: Document, at: (offset: number) => { where: string }): void {
  const node = document.getIn(['databases', 'neutron', 'password'], true);
  if (!isScalar(node) || reference.test(String(node.value))) return;
  throw new InvalidConfiguration(
    'the password stands here itself; put it into an environment variable and write ${ITS_NAME}, so that this file can be committed',
    at(node.range?.[0] ?? 0),
  );
}

/** A whole scalar `${NAME}` becomes the variable's value. */
function fillReferences(
  document: Document,
  env: Readonly<Record<string, string | undefined>>,
  at: (offset: number) => { where: string },
): void {
  visit(document, {
    Scalar(_, node) {
      const name = typeof node.value === 'string' ? reference.exec(node.value)?.[1] : undefined;
      if (name === undefined) return;
      const value = env[name];
      if (value === undefined)
        throw new InvalidConfiguration(
          `the environment variable ${name} is not set; set it, and run the same command again`,
          at(node.range?.[0] ?? 0),
        );
      node.value = value;
    },
  });
}
