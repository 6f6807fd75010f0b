import { bind, type Kind } from '../lib/kind';
import { allocationPool } from './allocation-pool';
import { bridgePort } from './bridge-port';
import { policyRule } from './policy-rule';

/** Every kind that a manifest may name. */
export const kinds: readonly Kind[] = [bind(allocationPool), bind(bridgePort), bind(policyRule)];
