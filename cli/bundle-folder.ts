/**
 * The bundle of a review as a folder: bundle.json, and of each stack Terraform's plan and stackward's. Terraform's plans
 * hold secrets, so only their owner may enter the folder (0700) and read its files (0600).
 */
import { copyFileSync, chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { findText, getText } from '../adapters/files/files';
import { InvalidConfiguration, Refused } from '../lib/basics/errors';
import { sha256 } from '../lib/basics/sha256';
import { maxBundleBytes, parseBundle, renderBundle, type Bundle } from '../lib/journal/bundle';
import { maxPlanBytes, parseSavedPlan, type SavedPlan } from '../lib/journal/saved-plan';

export interface BundleFiles {
  /** Stack → the file of Terraform's plan. */
  readonly terraform: ReadonlyMap<string, string>;
  /** Stack → the text of stackward's saved plan. */
  readonly ours: ReadonlyMap<string, string>;
  /** The text of review.json. */
  readonly review?: string;
}

/** A review shows each step with its values, so it may be larger than the plans. */
const maxReviewBytes = 256 << 20;

export const terraformPlanFile = (folder: string, stack: string): string => join(folder, `${stack}.tfplan`);
export const reviewFile = (folder: string): string => join(folder, 'review.json');
const ourPlanFile = (folder: string, stack: string): string => join(folder, `${stack}.plan.json`);

/**
 * Writes a whole bundle, or nothing.
 * @param made bundle.json without the digests of the files, which are taken here
 * @throws Refused if the folder is there already
 */
export function writeBundle(
  folder: string,
  made: Omit<Bundle, 'formatVersion' | 'review'>,
  { terraform, ours, review }: BundleFiles,
): void {
  if (existsSync(folder))
    throw new Refused('it is there already; name another folder, or delete it', { where: folder, about: 'file' });
  const unnamed = mkdtempSync(join(dirname(folder), `.${basename(folder)}-`));
  try {
    for (const [stack, file] of terraform) {
      copyFileSync(file, terraformPlanFile(unnamed, stack));
      chmodSync(terraformPlanFile(unnamed, stack), 0o600);
    }
    for (const [stack, text] of ours) writeFileSync(ourPlanFile(unnamed, stack), text, { mode: 0o600 });
    if (review !== undefined) writeFileSync(reviewFile(unnamed), review, { mode: 0o600 });
    const told = renderBundle(review === undefined ? made : { ...made, review: sha256(review) });
    writeFileSync(join(unnamed, 'bundle.json'), told, { mode: 0o600 });
    renameSync(unnamed, folder);
  } catch (error) {
    rmSync(unnamed, { recursive: true, force: true });
    throw new InvalidConfiguration(`the bundle can't be written: ${(error as Error).message}; name another folder`, {
      where: folder,
      cause: error,
      about: 'file',
    });
  }
}

export interface ReadBundle {
  readonly bundle: Bundle;
  /** Digest of bundle.json, by which a journal names it. */
  readonly digest: string;
  /** Stack → stackward's plan. */
  readonly ours: ReadonlyMap<string, SavedPlan>;
  /** The text of review.json. */
  readonly review: string;
}

/**
 * Terraform reads its plan after the digest was checked. So its plans are copied first, and nobody else can write the
 * copies.
 * @param own a folder that only we may write; gets the copies
 * @throws InvalidConfiguration naming the file that is missing, or not the file of this review
 */
export function readBundle(folder: string, own: string): ReadBundle {
  const text = getText(join(folder, 'bundle.json'), maxBundleBytes);
  const bundle = parseBundle(text, join(folder, 'bundle.json'));
  const ours = new Map<string, SavedPlan>();
  for (const { name, plans } of bundle.stacks) {
    if (plans === undefined) continue;
    const copy = terraformPlanFile(own, name);
    const told = terraformPlanFile(folder, name);
    if (!existsSync(told)) throw notOfIt(told);
    copyFileSync(told, copy);
    if (sha256(readFileSync(copy)) !== plans.terraform) throw notOfIt(told);
    if (plans.ours === undefined) continue;
    const file = ourPlanFile(folder, name);
    const half = findText(file, maxPlanBytes);
    if (half === undefined || sha256(half) !== plans.ours) throw notOfIt(file);
    ours.set(name, parseSavedPlan(half, file));
  }
  const file = reviewFile(folder);
  const review = findText(file, maxReviewBytes);
  if (review === undefined || sha256(review) !== bundle.review) throw notOfIt(file);
  return { bundle, digest: sha256(text), ours, review };
}

const notOfIt = (where: string): InvalidConfiguration =>
  new InvalidConfiguration('it is missing, or it is not the file of this review; review again', {
    where,
    about: 'file',
  });
