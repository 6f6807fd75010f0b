import { bind, type Kind } from '../lib/kind';
import { allocationPool } from './allocation-pool';
import { bridgePort } from './bridge-port';

/** Every kind that a manifest may name. */
export const kinds: readonly Kind[] = [bind(allocationPool), bind(bridgePort)];
