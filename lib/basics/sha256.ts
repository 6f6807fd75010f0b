/** SHA-256 in hexadecimal, by which stackward recognizes a text, and the schema of such a digest from outside. */
import { createHash } from 'node:crypto';
import * as z from 'zod';

export const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

export const sha256Digest = z.string().regex(/^[0-9a-f]{64}$/, 'is no SHA-256');
