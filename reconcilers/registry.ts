import type { SchemedKind } from '../lib/contract/define-kind';
import { allocationPool } from './allocation-pool';
import { bootRestore } from './boot-restore';
import { bridgePort } from './bridge-port';
import { brokerPlugin } from './broker-plugin';
import { databaseView } from './database-view';
import { firewallException } from './firewall-exception';
import { kindNames, type KindName } from './kind-names';
import { logCollection } from './log-collection';
import { policyRule } from './policy-rule';
import { serviceOption } from './service-option';

const byName: Readonly<Record<KindName, SchemedKind>> = {
  'allocation-pool': allocationPool,
  'boot-restore': bootRestore,
  'bridge-port': bridgePort,
  'broker-plugin': brokerPlugin,
  'database-view': databaseView,
  'firewall-exception': firewallException,
  'log-collection': logCollection,
  'policy-rule': policyRule,
  'service-option': serviceOption,
};

/** Every kind that a manifest may name. */
export const kinds: readonly SchemedKind[] = kindNames.map((name) => byName[name]);
