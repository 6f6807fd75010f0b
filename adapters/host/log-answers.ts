/** The form of a host's answer about collected logs. */
import * as z from 'zod';
import { sha256Digest } from '../../lib/basics/sha256';
import { logProtocols } from '../../lib/hosts/log-answers';

const text = z.string().max(4_096);
const content = z.string().max(1 << 20);
const port = z.number().int().min(1).max(65_535);
const protocol = z.enum(logProtocols);

const part = z.strictObject({
  listen: z.strictObject({ protocol, port, days: z.number().int().positive() }).nullable(),
  send: z.strictObject({ to: text, protocol, port }).nullable(),
});

const seen = z.strictObject({
  owner: text,
  path: text,
  folder: text,
  files: z.array(text),
  seen: sha256Digest,
  foreign: z.array(text),
  part: part.nullable(),
  isAsWritten: z.boolean(),
});

const texts = z.strictObject({ path: text, now: content.nullable(), right: content.nullable() });

export const logAnswers = {
  'log-files': z.strictObject({
    rsyslog: text.nullable(),
    restart: text,
    waits: z.boolean(),
    restartDue: z.boolean(),
    wanted: z.array(seen),
    others: z.array(seen),
    obstacles: z.array(text),
  }),
  'log-texts': z.strictObject({
    collections: z.array(z.strictObject({ owner: text, path: text, seen: sha256Digest, texts: z.array(texts) })),
  }),
  'swap-log-files': z.strictObject({}),
} as const;
