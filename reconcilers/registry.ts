import { bind, type Kind } from '../lib/kind';
import { allocationPool } from './allocation-pool';

/** Every kind that a manifest may name. */
export const kinds: readonly Kind[] = [bind(allocationPool)];
