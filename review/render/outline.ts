/**
 * A review as a document without a format: sections of blocks of lines. The formats differ in how they print a block,
 * and never in what they say.
 */
import type { Folded, Line, Tone } from '../../lib/render/items';

export type Block =
  | { readonly sort: 'heading'; readonly line: Line }
  | { readonly sort: 'paragraph'; readonly tone: Tone; readonly line: Line }
  | ({ readonly sort: 'item' } & Folded)
  /** A number, then the names. Undefined: nobody could count. */
  | { readonly sort: 'names'; readonly title: string; readonly names: readonly string[] | undefined }
  | { readonly sort: 'table'; readonly titles: readonly string[]; readonly rows: readonly (readonly Line[])[] };

export interface Section {
  readonly id: 'attention' | 'changes' | 'reach' | 'effect' | 'way-back' | 'acknowledged' | 'problems';
  readonly title: string;
  /** Shown folded away where a format can do that. */
  readonly isApart: boolean;
  readonly blocks: readonly Block[];
}

export interface Outline {
  readonly tone: Tone;
  /** The result and the worst risk, as one line. */
  readonly verdict: Line;
  /** Numbers and origin, one line each. */
  readonly facts: readonly Line[];
  /** The classes of risk that were found: severity, class, meaning, number. */
  readonly classes: readonly (readonly Line[])[];
  readonly sections: readonly Section[];
}
