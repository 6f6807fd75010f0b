import { bind, type Kind } from '../lib/contract/kind';
import { allocationPool } from './allocation-pool';
import { bootRestore } from './boot-restore';
import { bridgePort } from './bridge-port';
import { firewallException } from './firewall-exception';
import { kindNames, type KindName } from './kind-names';
import { policyRule } from './policy-rule';

const byName: Readonly<Record<KindName, Kind>> = {
  'allocation-pool': bind(allocationPool),
  'boot-restore': bind(bootRestore),
  'bridge-port': bind(bridgePort),
  'firewall-exception': bind(firewallException),
  'policy-rule': bind(policyRule),
};

/** Every kind that a manifest may name. */
export const kinds: readonly Kind[] = kindNames.map((name) => byName[name]);
