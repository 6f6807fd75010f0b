/**
 * The files of a recorded deploy (docs/adr/0022-deploy.md). Its results are lines about halves of stacks. Stackward's
 * half of a stack is a run of its own, with a record in the usual form, and the line names that run.
 */
import * as z from 'zod';
import { printableJson } from '../basics/printable';
import { sha256Digest } from '../basics/sha256';
import { checked, name, parseEnd, parseLines, recordHead, type RecordedEnd } from './run-record';
import { words } from './step-schema';

export const deployFormat = '1.3';

const deployRecord = z.strictObject({
  formatVersion: z.literal(deployFormat, 'is of another version of stackward'),
  ...recordHead,
  /** The stacks in the order in which they are done. */
  deploys: z.array(name).min(1).max(10_000),
  engine: z.strictObject({ name: z.enum(['terraform', 'tofu']), version: name }),
  /** Digest of the bundle's bundle.json. */
  bundle: sha256Digest.optional(),
});

export const halves = ['terraform', 'stackward'] as const;
export type Half = (typeof halves)[number];

const line = z.strictObject({
  time: z.iso.datetime(),
  stack: name,
  half: z.enum(halves),
  /** `left`: nobody reviewed it, or something before it is not done. */
  outcome: z.enum(['begun', 'done', 'unchanged', 'failed', 'left']),
  /** Name of the run that did stackward's half. */
  run: name.optional(),
  message: words.optional(),
});

export type DeployRecord = z.infer<typeof deployRecord>;
export type DeployLine = z.infer<typeof line>;

export interface RecordedDeploy extends RecordedEnd {
  readonly name: string;
  readonly record: DeployRecord;
  /** In the order in which they were written. A half without a line was not begun. */
  readonly results: readonly DeployLine[];
}

/** @throws InvalidConfiguration that names the file and the field */
export function parseDeploy(folder: string, told: unknown, results: string, end: string | undefined): RecordedDeploy {
  const record = checked(deployRecord, told, `${folder}/run.json`);
  const { lines, unreadable } = parseLines(line, results);
  return { name: folder, record, unreadable, results: lines, end: parseEnd(folder, end) };
}

export const renderDeployLine = (told: DeployLine): string => `${printableJson(told)}\n`;
