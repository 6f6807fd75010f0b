/** The states that a review reads of stacks without a plan. */
import { setImmediate } from 'node:timers/promises';
import { StackTerraform } from '../../adapters/terraform/stack';
import type { TerraformHalf } from '../../cli/both-halves';
import { addStates } from '../../cli/review/add-states';
import { forgedStack } from '../support/forged-plan';
import { green, port } from '../support/ordered-stacks';

const context = { engine: { binary: 'terraform' }, env: {} };
const { plan, code: parsed } = forgedStack('shared', [green]);
const half = (name: string): TerraformHalf => ({ stack: { name, folder: '', dependsOn: [] }, code: { digest: '', parsed } }); // prettier-ignore
const removing: TerraformHalf = plan === undefined ? half('shared') : { ...half('shared'), planned: { file: '', hasChanges: true, plan, warnings: [], manifest: undefined } }; // prettier-ignore
const twelve = Array.from({ length: 12 }, (_, number) => half(`tenant${number}`));

/** Terraform as far as it tells a state, and the greatest number of its processes side by side. */
function pulls(): { readonly asked: string[]; most: number } {
  const seen = { asked: [] as string[], most: 0 };
  let running = 0;
  jest.spyOn(StackTerraform.prototype, 'pullState').mockImplementation(async function (this: StackTerraform) {
    seen.asked.push(this.stack.name);
    seen.most = Math.max(seen.most, ++running);
    // Whoever starts a process meanwhile counts it before this one ends.
    await setImmediate();
    running--;
    const resource = { mode: 'managed', type: 'openstack_networking_port_v2', name: 'web', instances: [{ attributes: port.before }] }; // prettier-ignore
    return JSON.stringify({ resources: [resource] });
  });
  return seen;
}

afterEach(() => jest.restoreAllMocks());

test('four processes of Terraform tell states side by side, and no more', async () => {
  const seen = pulls();
  const halves = await addStates([removing, ...twelve], context);
  expect(seen).toEqual({ asked: twelve.map(({ stack }) => stack.name), most: 4 });
  expect(halves.slice(1).map(({ inState }) => inState?.map(({ address }) => address))).toEqual(
    twelve.map(() => ['openstack_networking_port_v2.web']),
  );
});

test('no state is read where no plan removes a thing that others may use', async () => {
  const seen = pulls();
  expect(await addStates(twelve, context)).toBe(twelve);
  expect(seen.asked).toEqual([]);
});
