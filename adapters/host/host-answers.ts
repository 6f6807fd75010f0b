/**
 * The form of a host's answer. A host may be hostile, or run another program in the place of ours. Therefore no part of
 * an answer is used unless it has the form that lib/hosts/host.ts promises.
 */
import { inflateSync } from 'node:zlib';
import * as z from 'zod';
import {
  hostKnockOutcomes,
  hostReasons,
  type AnswerTo,
  type HostRead,
  type HostReason,
  type HostWrite,
} from '../../lib/hosts/host';
import { sha256Digest } from '../../lib/basics/sha256';
import { firstFault } from '../../lib/basics/schema-fault';
import { logAnswers } from './log-answers';
import { serviceAnswers, serviceWriteAnswers } from './service-answers';
import { toldSettings } from './settings-answers';

const short = z.string().max(4_096);
/**
 * The host program writes each byte of a path that is no UTF-8 as a surrogate of its own, so a path may be this long.
 */
const path = z.string().max(8_192);
const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);
const count = z.number().int().nonnegative();
const seconds = z.number().finite();
const flag = z.boolean().exactOptional();

const file = z.discriminatedUnion('exists', [
  z.strictObject({ exists: z.literal(false), realPath: path }),
  z.strictObject({
    exists: z.literal(true),
    realPath: path,
    content: base64,
    sha256: sha256Digest,
    mode: count.max(0o7777),
    links: count,
    owner: short,
    group: short,
    mtimeSeconds: seconds,
    xattrs: z.record(short, base64),
    managers: z.array(z.enum(['Ansible', 'Puppet', 'Kolla'])),
  }),
]);

/** Bytes of iptables-save's output as JSON: MAX_TABLES of the host program, and room for escapes. */
const maxUnpacked = 96 << 20;

/** The inside of a JSON string, compressed by zlib, because tables can be larger than an answer may be. */
const packedText = base64.transform((packed, context): string => {
  try {
    const inside = inflateSync(Buffer.from(packed, 'base64'), { maxOutputLength: maxUnpacked });
    return z.string().parse(JSON.parse(`"${inside.toString('latin1')}"`));
  } catch {
    context.addIssue({ code: 'custom', message: 'it is no text that was packed' });
    return z.NEVER;
  }
});

const digest = z.strictObject({ lines: count, sha256: sha256Digest });
const boot = z.strictObject({
  init: z.enum(['systemd', 'upstart', 'other']),
  seen: sha256Digest,
  files: z.array(z.strictObject({ path, isOurs: z.boolean(), now: digest.nullable(), right: digest.nullable() })),
});

const swapped = z.strictObject({ realPath: path, sha256: sha256Digest, mtimeSeconds: seconds });

type Question = HostRead | HostWrite;
type Verb = Question['verb'];

const values: { readonly [V in Verb]: z.ZodType<AnswerTo<Extract<Question, { verb: V }>>> } = {
  facts: z.strictObject({
    hostname: short,
    kernel: short,
    machine: short.nullable().exactOptional(),
    python: short,
    version: count,
    installed: z.boolean(),
    uid: count,
    init: z.enum(['systemd', 'upstart', 'other']),
    tools: z.record(short, short.nullable()),
  }),
  clock: z.strictObject({ time: seconds }),
  knock: z.strictObject({ outcome: z.enum(hostKnockOutcomes), said: base64.max(344) }),
  'read-file': file,
  'digest-file': z.discriminatedUnion('exists', [
    z.strictObject({ exists: z.literal(false) }),
    z.strictObject({ exists: z.literal(true), size: count, sha256: sha256Digest, head: base64.max(684) }),
  ]),
  'list-folder': z.strictObject({
    exists: z.boolean(),
    entries: z.array(z.strictObject({ name: short, kind: z.enum(['file', 'folder', 'link', 'other']) })),
  }),
  'save-tables': z
    .strictObject({ variant: z.enum(['nft', 'legacy', 'only']), hasHook: z.boolean(), packedText })
    .transform(({ packedText: text, ...more }) => ({ ...more, text })),
  'bridge-ports': z.strictObject({
    ports: z.array(
      z.strictObject({
        bridge: short,
        port: short,
        flags: z.strictObject({ hairpin_mode: flag, learning: flag, unicast_flood: flag }),
      }),
    ),
  }),
  'boot-files': boot,
  'run-reader': z.strictObject({ code: z.number().int(), stdout: z.string(), stderr: z.string() }),
  ...logAnswers,
  ...serviceAnswers,
  'read-settings': toldSettings,
  'swap-file': swapped,
  'swap-settings': swapped,
  'switch-plugins': z.strictObject({ code: z.number().int(), said: short }),
  'remove-file': z.strictObject({}),
  'restore-tables': z.strictObject({}),
  'swap-boot-files': boot,
  'set-bridge-flag': z.strictObject({}),
  ...serviceWriteAnswers,
  'serve-throughput': z.strictObject({ isServed: z.boolean() }),
  'measure-throughput': z.strictObject({ said: z.string().max(1 << 20), complaint: short }),
};

const refusal = z.strictObject({ ok: z.literal(false), reason: z.enum(hostReasons), detail: short });
const head = { version: count, oldest: count };
const refused = z.strictObject({ ...head, refused: refusal });
const otherVersion = z.strictObject(head);
const answered = z.strictObject({ ...head, answers: z.array(z.array(z.unknown())) });
const done = z.strictObject({ ok: z.literal(true), value: z.unknown() });

/**
 * The words with which every release of the program refuses a verb or a command line that it doesn't know. A refused
 * path has other words.
 */
const unknownWords = /^(no verb of a request that may (read|write): |not among the command lines that may be run: )/;

export const isUnknown = ({ reason, detail }: z.infer<typeof refusal>): boolean =>
  reason === 'refused' && unknownWords.test(detail);

export type HostAnswer = { readonly ok: true; readonly value: object } | z.infer<typeof refusal>;

/**
 * `refused`: the host refused the request as a whole. `versions`: the program speaks other versions of the protocol.
 * `malformed`: the answer has another form, and `detail` says which.
 */
export type HostAnswers =
  | { readonly is: 'answered'; readonly answers: readonly (readonly HostAnswer[])[] }
  | { readonly is: 'refused'; readonly reason: HostReason; readonly detail: string }
  | { readonly is: 'versions'; readonly version: number; readonly oldest: number }
  | { readonly is: 'malformed'; readonly detail: string };

/** @param json the program's answer to a request of these sequences */
export function parseAnswers(json: string, sequences: readonly (readonly Question[])[]): HostAnswers {
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch {
    return { is: 'malformed', detail: 'it is no JSON' };
  }
  const versions = otherVersion.safeParse(given);
  if (versions.success) return { is: 'versions', ...versions.data };
  const no = refused.safeParse(given);
  if (no.success) return { is: 'refused', ...no.data.refused };
  const whole = answered.safeParse(given);
  if (!whole.success) return malformed('', whole.error);
  const rows = whole.data.answers;
  if (rows.length !== sequences.length || rows.some((row, index) => row.length !== sequences[index]?.length))
    return { is: 'malformed', detail: 'it has another number of answers than there were questions' };
  return parseRows(rows, sequences);
}

function parseRows(rows: readonly (readonly unknown[])[], sequences: readonly (readonly Question[])[]): HostAnswers {
  const answers: HostAnswer[][] = [];
  for (const [row, sequence] of sequences.entries()) {
    const parsed: HostAnswer[] = [];
    for (const [column, { verb }] of sequence.entries()) {
      const given = rows[row]?.[column];
      const is = done.safeParse(given);
      const answer = is.success ? values[verb].safeParse(is.data.value) : refusal.safeParse(given);
      if (!answer.success) return malformed(`answer to ${verb}, `, answer.error);
      parsed.push(is.success ? { ok: true, value: answer.data as object } : (answer.data as HostAnswer));
    }
    answers.push(parsed);
  }
  return { is: 'answered', answers };
}

function malformed(where: string, error: z.ZodError): HostAnswers {
  const { field, message } = firstFault(error);
  const words = `${where}${field || 'as a whole'}: ${message}`;
  return { is: 'malformed', detail: words.slice(0, 300) };
}
