import { bind, type Kind } from '../lib/contract/kind';
import { allocationPool } from './allocation-pool';
import { bootRestore } from './boot-restore';
import { bridgePort } from './bridge-port';
import { firewallException } from './firewall-exception';
import { policyRule } from './policy-rule';

/** Every kind that a manifest may name. */
export const kinds: readonly Kind[] = [
  bind(allocationPool),
  bind(bootRestore),
  bind(bridgePort),
  bind(firewallException),
  bind(policyRule),
];
