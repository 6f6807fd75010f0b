/** Contents in the form of a `Host`'s requests and answers, and the text of a host's refusal. */
import { createHash } from 'node:crypto';
import type { HostWrite } from '../../lib/hosts/host';

export const base64 = (content: string | Buffer): string => Buffer.from(content).toString('base64');
export const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
const text = (part: string): unknown => expect.stringContaining(part);
export const refused = (reason: string, kind: string, part: string): unknown => ({
  ok: false,
  reason,
  error: expect.objectContaining({ reason: kind, message: text(part) }) as unknown,
});

export const swap = (path: string, expected: string | Buffer | null, content: string | Buffer): HostWrite => ({
  verb: 'swap-file',
  path,
  content: base64(content),
  expect: expected === null ? null : sha256(expected),
});
