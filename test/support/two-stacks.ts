/** Two stacks with both halves: Terraform's built-in resources, and pools of two subnets. */
import type { MadeSubnet } from './neutron-tables';
import { entry } from './pool-command';
import type { TerraformFolder } from './terraform-folder';

export interface Shape {
  /** Last address of the red pool. */
  readonly end?: string;
  /** Last address of the blue pool. */
  readonly blueEnd?: string;
  /** More resources of Terraform's. */
  readonly shared?: object;
  readonly acme?: object;
  /** Default: both stacks. */
  readonly stacks?: readonly string[];
}

/** `shared` has the red pool, `acme` reads an output of `shared` and has the blue pool. */
export function writeTwoStacks(
  app: TerraformFolder,
  red: MadeSubnet,
  blue: MadeSubnet,
  { end = '10.0.1.29', blueEnd = '10.0.2.29', shared = {}, acme = {}, stacks = ['acme', 'shared'] }: Shape = {},
): void {
  const manifest = (stack: string, resources: object) => ({
    stackward_manifest: { value: { schemaVersion: '1.0', owner: 'tests', stack, resources } },
  });
  const redPool = entry(red, '10.0.1.10', end);
  const redSpec = { ...redPool.spec, subnetId: '${terraform_data.subnet.output}' };
  const readsShared = { backend: 'local', config: { path: '../../../terraform.shared.tfstate' } };
  const all = [
    {
      name: 'acme',
      dependsOn: ['shared'],
      code: {
        data: { terraform_remote_state: { shared: readsShared } },
        resource: { terraform_data: { port: { input: '${data.terraform_remote_state.shared.outputs.net}' }, ...acme } },
        output: manifest('acme', { 'acme/Blue/AllocationPools': entry(blue, '10.0.2.10', blueEnd) }),
      },
    },
    {
      name: 'shared',
      code: {
        resource: { terraform_data: { subnet: { input: red.id }, ...shared } },
        output: {
          net: { value: '${terraform_data.subnet.output}' },
          ...manifest('shared', { 'shared/Red/AllocationPools': { ...redPool, spec: redSpec } }),
        },
      },
    },
  ];
  app.write(all.filter(({ name }) => stacks.includes(name)));
}
