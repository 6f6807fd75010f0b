/** The things that every scene uses. */
import type { NeutronApi } from '../adapters/openstack/neutron-api';
import { readManifestsFromState } from '../adapters/terraform/manifests-in-state';
import type { Lab } from '../lab/environment';
import type { Subnet } from '../lib/contract/ports';
import type { Member } from './member';
import { NotShown, type Output, type Stage } from './stage';

export const stacks = ['shared', 'acme', 'globex'];
const redPools = 'shared/Red/AllocationPools';

export interface Scene {
  readonly lab: Lab;
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly stage: Stage;
  readonly api: NeutronApi;
  readonly member: Member;
}

export async function redSubnet({ folder, environment, api }: Scene): Promise<Subnet> {
  const { manifests } = await readManifestsFromState(folder, environment);
  const spec = manifests.flatMap((manifest) => manifest.resources).find((resource) => resource.path === redPools)?.spec;
  const [subnet] = await api.subnets([String(spec?.subnetId)]);
  if (!subnet) throw new NotShown('the red subnet is in the state, and not in the cloud');
  return subnet;
}

export const stackward = (
  scene: Scene,
  args: readonly string[],
  allowed: readonly number[],
  shown = true,
): Promise<Output> =>
  scene.stage.run('stackward', args[0] === 'runs' ? args : [...args, '--config', scene.lab.stackwardYaml], {
    shown,
    allowed,
  });
