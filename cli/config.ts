/**
 * stackward.yaml: the cloud, and the ways to reach the things that the cloud's API can't change or show. Passwords are
 * in the environment; the file contains only `${NAME}`. Every error names line and column.
 */
import { isAlias, isMap, isNode, isScalar, isSeq, visit, type Document } from 'yaml';
import * as z from 'zod';
import '../lib/basics/schema-words';
import { InvalidConfiguration } from '../lib/basics/errors';
import { reachableNames, type ReachableName } from '../lib/contract/ports';
import { serviceNames } from '../lib/openstack/services';
import { noRules, reviewRules } from '../review/rules';
import { parseYamlText, valueIn } from '../lib/basics/yaml-text';

const encrypted = z.strictObject({
  minVersion: z.enum(['legacy', 'TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']).default('TLSv1.2'),
  caFile: z.string().min(1).optional(),
  /** False: any certificate of the CA in `caFile` is accepted, whatever name it has. */
  verifyName: z.boolean().default(true),
});
const tls = z.union([
  z.literal('off'),
  encrypted.refine(
    ({ caFile, verifyName }) => verifyName || caFile !== undefined,
    'has verifyName: false without caFile, so that any certificate of any public CA would do; name the file of the CA that signed the certificate in caFile',
  ),
]);

const login = {
  host: z.string().min(1),
  port: z.coerce.number().int().min(1).max(65535).default(3306),
  user: z.string().min(1),
  password: z.string(),
};
const encryption = tls.default({ minVersion: 'TLSv1.2', verifyName: true });

/** Default of `schema`: the database's name. */
const database = z.strictObject({ ...login, schema: z.string().min(1).optional(), tls: encryption });

/** One account for several databases of one server. Each schema has the name of its database. */
const shared = z.strictObject({ ...login, names: z.array(z.enum(reachableNames)).min(1), tls: encryption });

export type DatabaseAccess = Omit<z.infer<typeof database>, 'schema'> & { readonly schema: string };

const entries = z
  .strictObject({
    ...(Object.fromEntries(reachableNames.map((name) => [name, database.optional()])) as Record<
      ReachableName,
      z.ZodOptional<typeof database>
    >),
    shared: shared.optional(),
  })
  .refine(
    (given) => !given.shared?.names.some((name, index, names) => given[name] || names.indexOf(name) < index),
    'names a database twice; leave out its own entry, or take it out of "shared.names"',
  );

function accesses({ shared: together, ...own }: z.infer<typeof entries>): Configuration['databases'] {
  const found: Partial<Record<ReachableName, DatabaseAccess>> = {};
  for (const name of reachableNames) {
    const entry = own[name];
    if (entry) found[name] = { ...entry, schema: entry.schema ?? name };
    else if (together?.names.includes(name)) {
      const { host, port, user, password, tls: encrypts } = together;
      found[name] = { host, port, user, password, schema: name, tls: encrypts };
    }
  }
  return found;
}

const path = z.string().regex(/^\//, 'must begin with "/"');

/** A text in which `{host}` is replaced by the host's name. Nothing else is replaced. */
const filled = z
  .string()
  .min(1)
  .regex(/^([^{}]|\{host\})*$/, 'contains a placeholder that is not {host}, the only known one');

/**
 * How to reach the hosts whose names match. Exactly one of `ssh`, `namespace`, `local`; `{host}` is replaced by the
 * name.
 */
const hostAccess = z
  .strictObject({
    /** `*` matches any text. Default: every host. */
    match: z.string().min(1).default('*'),
    /** A destination for ssh: `{host}`, `stackward@{host}.example.net`. */
    ssh: filled.optional(),
    /** A file that replaces the user's own ssh configuration. */
    sshConfig: z.string().min(1).optional(),
    /** A network namespace of this machine. */
    namespace: filled.optional(),
    /** This machine. */
    local: z.literal(true).optional(),
    /** Path of the installed host program (docs/hosts.md). Default: it is sent along. */
    installed: path.optional(),
    /**
     * The folder of the records. Default: /var/lib/stackward. Units and scripts on the host contain the path, so it has
     * no blanks, quotes, `%` or `$`.
     */
    stateFolder: z
      .string()
      .regex(
        /^(\/([\w.:-]|\{host\})+)+$/,
        'must begin with "/", and contain only letters, digits, "_", ".", ":", "-" and "/"',
      )
      .optional(),
  })
  .refine(
    ({ ssh, namespace, local }) => [ssh, namespace, local].filter((way) => way !== undefined).length === 1,
    'needs exactly one of ssh, namespace and local',
  );

const service = z.strictObject({
  hosts: z.array(z.string().min(1)).min(1),
  configFiles: z.array(path).min(1).optional(),
});

/** RabbitMQ, from which reports read: through its management API, or else through `rabbitmqctl` on one of its hosts. */
const broker = z
  .strictObject({
    /** Such as `https://ctl1:15671`. Before RabbitMQ 3.0 its port is 55672. */
    management: z.url({ protocol: /^https?$/ }).optional(),
    user: z.string().min(1).optional(),
    password: z.string().optional(),
    host: z.string().min(1).optional(),
  })
  .refine(
    ({ management, host }) => (management === undefined) !== (host === undefined),
    'needs exactly one of management and host',
  )
  .refine(
    ({ management, user, password }) =>
      (management === undefined) === (user === undefined) && (user === undefined) === (password === undefined),
    'needs user and password with management, and neither with host',
  );

/** A known finding of `stackward doctor`. The report still shows it, but the exit code ignores it. */
const acknowledgement = z.strictObject({
  code: z.string().regex(/^SW-\d{4}$/, 'must be a code of a check, such as SW-1004'),
  /** The subject as the report shows it. Default: every subject. */
  subject: z.string().min(1).optional(),
  /** The last day on which the acknowledgement is valid. */
  until: z.iso.date('must be a day, such as 2026-12-31'),
  because: z.string().min(1),
});

const withPlaceholder = (name: string, known: readonly string[]) =>
  z
    .array(z.string().min(1).max(4096))
    .min(1)
    .refine((words) => words.some((word) => word.includes(name)), `has no ${name}; it stands for what stackward gives`)
    .refine(
      (words) => words.every((word) => (word.match(/\{\w+\}/g) ?? []).every((each) => known.includes(each))),
      `has an unknown placeholder; known are ${known.join(', ')}`,
    );

/** Commands as lists of words, which no shell reads. */
const journalStore = z.strictObject({
  folder: z.string().min(1).default('runs'),
  /** Puts one archive: `{file}` is its path, and `{name}` its name. */
  put: withPlaceholder('{file}', ['{file}', '{name}']),
  /** Gets all archives into `{folder}`. */
  get: withPlaceholder('{folder}', ['{folder}']),
});

/** A folder, or a store. */
const journal = z.union(
  [z.string().min(1), journalStore],
  'is neither a folder nor a store; give a folder, or `put` with {file} and `get` with {folder} as lists of words',
);

const configuration = z.strictObject({
  /** Entry of clouds.yaml. Default: OS_CLOUD, else the OS_* variables. */
  cloud: z.string().min(1).optional(),
  /** Keystone and the services of its catalogue may be reached over http:// beyond this machine. */
  allowPlainHttp: z.boolean().default(false),
  databases: entries.default({}),
  /** The first entry that matches a host's name is used. */
  hosts: z.array(hostAccess).default([]),
  /** For each API, the hosts that serve it with a policy file of their own. */
  services: z.partialRecord(z.enum(serviceNames), service).default({}),
  broker: broker.optional(),
  acknowledged: z.array(acknowledgement).default([]),
  journal: journal.optional(),
  review: reviewRules.default(noRules),
});

export type Configuration = Omit<z.infer<typeof configuration>, 'databases'> & {
  readonly databases: Readonly<Partial<Record<ReachableName, DatabaseAccess>>>;
  /** The path of the file, whether it exists or not. */
  readonly file: string;
};
export type HostAccess = z.infer<typeof hostAccess>;

export const defaultFile = 'stackward.yaml';

/**
 * @param text undefined: there is no file, and every field has its default
 * @throws InvalidConfiguration, whose `where` is `file:line:column`
 */
export function parseConfiguration(
  text: string | undefined,
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): Configuration {
  const yaml = parseYamlText(text ?? '', file, {});
  const { document } = yaml;
  const placeOf = (offset: number): { where: string } => ({ where: yaml.place(offset) });
  refuseLiteralPassword(document, placeOf);
  fillReferences(document, env, placeOf);
  const value = valueIn(document);
  if (value === undefined)
    throw new InvalidConfiguration("its anchors can't be followed; write out what is meant", { where: file });
  const result = configuration.safeParse(value ?? {});
  if (result.success) return { ...result.data, databases: accesses(result.data.databases), file };
  throw faultOf(result.error.issues, document, placeOf);
}

/** The first fault in words, with its place. A misspelt field comes first, because it also makes the right field missing. */
function faultOf(
  issues: readonly z.core.$ZodIssue[],
  document: Document,
  placeOf: (offset: number) => { readonly where: string },
): InvalidConfiguration {
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const path = (issue?.path ?? []).map(String);
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const field = [...path, ...(unknown === undefined ? [] : [unknown])].join('.');
  const detail =
    unknown === undefined
      ? `the field "${field}" is not valid: ${issue?.message ?? 'unreadable'}`
      : `there is no field "${field}"; allowed ${path.length === 0 ? 'are' : `below "${path.join('.')}" are`} ${allowedBelow(path)}`;
  return new InvalidConfiguration(
    detail,
    placeOf(offsetOf(document, unknown === undefined ? path : [...path, unknown])),
  );
}

/**
 * Reads only the journal's place, so that the file's passwords need not be set. Undefined: the file names no journal.
 * @throws InvalidConfiguration, whose `where` is the place in the file
 */
export function journalIn(text: string, file: string): z.infer<typeof journal> | undefined {
  const yaml = parseYamlText(text, file, {});
  const given = z.looseObject({ journal: journal.optional() }).safeParse(valueIn(yaml.document) ?? {});
  if (given.success) return given.data.journal;
  throw faultOf(given.error.issues, yaml.document, (offset) => ({ where: yaml.place(offset) }));
}

function allowedBelow([top, second, third]: readonly string[]): string {
  if (top === undefined) return Object.keys(configuration.shape).join(', ');
  if (top === 'acknowledged') return Object.keys(acknowledgement.shape).join(', ');
  if (top === 'broker') return Object.keys(broker.shape).join(', ');
  if (top === 'journal') return Object.keys(journalStore.shape).join(', ');
  if (top === 'review') return second === undefined ? Object.keys(reviewRules.shape).join(', ') : ruleFields(second);
  if (top === 'hosts') return Object.keys(hostAccess.shape).join(', ');
  if (top === 'services') return (second === undefined ? serviceNames : Object.keys(service.shape)).join(', ');
  if (second === undefined) return [...reachableNames, 'shared'].join(', ');
  const fields = second === 'shared' ? shared.shape : database.shape;
  return Object.keys(third === undefined ? fields : encrypted.shape).join(', ');
}

const ruleFields = (part: string): string =>
  part === 'policy' ? 'risk, stacks, and needs or forbidden' : 'risk, where, reason, until';

/** The place where the field begins. For a missing field: the place where the nearest parent's key begins. */
function offsetOf(document: Document, path: readonly string[]): number {
  for (let length = path.length; length > 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true) ?? document.contents;
    const pair = isMap(parent) ? parent.items.find(({ key }) => String(key) === path[length - 1]) : undefined;
    if (isScalar(pair?.key) && pair.key.range) return pair.key.range[0];
    const item: unknown = isSeq(parent) ? parent.items[Number(path[length - 1])] : undefined;
    if (isNode(item) && item.range) return item.range[0];
  }
  return 0;
}

const reference = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/;

/** Checks every entry, also one that is defined elsewhere and used through an alias. */
function refuseLiteralPassword(document: Document, placeOf: (offset: number) => { where: string }): void {
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.value !== 'password') return;
      const node = isAlias(value) ? value.resolve(document) : value;
      if (!isScalar(node) || reference.test(String(node.value))) return;
      throw new InvalidConfiguration(
        'the password itself is in this file; put it into an environment variable and write ${ITS_NAME}, so that this file can be committed',
        placeOf(node.range?.[0] ?? 0),
      );
    },
  });
}

/** Replaces a whole scalar `${NAME}` by the variable's value, and a number by its text. */
function fillReferences(
  document: Document,
  env: Readonly<Record<string, string | undefined>>,
  placeOf: (offset: number) => { where: string },
): void {
  visit(document, {
    Scalar(_, node) {
      // Keeps the number as it was written, because a cloud or a user may be called 0001. The schema converts ports to
      // numbers.
      if (typeof node.value === 'number') node.value = node.source;
      const name = typeof node.value === 'string' ? reference.exec(node.value)?.[1] : undefined;
      if (name === undefined) return;
      const value = env[name];
      if (value === undefined)
        throw new InvalidConfiguration(
          `the environment variable ${name} is not set; set it, and run the same command again`,
          placeOf(node.range?.[0] ?? 0),
        );
      node.value = value;
    },
  });
}
