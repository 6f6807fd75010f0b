/** Things as blocks of an outline, like folded with like. */
import { foldAlike } from '../../lib/render/fold';
import type { Item } from '../../lib/render/items';
import type { Block } from './outline';

/** @param itemOf may be called twice for a thing */
export const folded = <T>(things: readonly T[], itemOf: (thing: T) => Item): Block[] =>
  foldAlike(things, itemOf).map((item) => ({ sort: 'item', ...item }));
