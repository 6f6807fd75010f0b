/** A network of the stack `shared` that goes, and the port of the stack `acme` in it. */
import type { ReadForReview } from '../../review/assemble';
import { deployOrder } from '../../review/order/deploy-order';
import { id } from './doomed-network';
import { forgedStack, staying, type Forged } from './forged-plan';
import { opening, ownPlan } from './planned-opening';

const values = { id: id('a'), name: 'web', tenant_id: 'p1', network_id: id('1') };
export const networkGoes: Forged = { type: 'networking_network_v2', name: 'green', before: { id: id('1'), name: 'Green' } }; // prettier-ignore
export const networkIsReplaced: Forged = { ...networkGoes, after: { name: 'Green' }, isReplaced: true };
export const portGoes: Forged = { type: 'networking_port_v2', name: 'web', before: values };
export const portStays = staying('networking_port_v2', 'web', values);

export function removing(shared: readonly Forged[], acme: readonly Forged[]): ReadForReview {
  const stacks = [forgedStack('shared', shared), { ...forgedStack('acme', acme), dependsOn: ['shared'] }];
  const order = deployOrder(stacks, new Set());
  const sorted = order.names.flatMap((name) => stacks.find((stack) => stack.name === name) ?? []);
  return { ...opening, stacks: sorted, order, own: ownPlan([]) };
}
