import { defined } from '../../lib/basics/defined';
import { Lazy, TerraformOutput, type TerraformStack } from 'cdktf';
import { outputName, schemaVersion } from '../../lib/contract/manifest';
import { declarationsOf } from './declarations';
import type { OpenStackCloud } from '../openstack-cloud';

/**
 * The output that carries the declared resources through Terraform to the stackward command. A stack without resources
 * has it too, so that "nothing wanted" and "nothing known" differ (docs/adr/0001-manifest.md).
 */
export function addManifest(stack: TerraformStack, { owner, release, settings }: OpenStackCloud): TerraformOutput {
  const declarations = declarationsOf(stack);
  const produce = () => ({
    schemaVersion,
    owner,
    stack: stack.node.id,
    release,
    ...defined({ cloud: settings }),
    resources: Object.fromEntries(
      [...declarations.resources].map(([path, { kind, spec, dependsOn = [] }]) => [
        path,
        { kind, spec, dependsOn: dependsOn.map((construct) => construct.node.path) },
      ]),
    ),
  });
  return new TerraformOutput(stack, outputName, {
    staticId: true,
    description: 'What stackward keeps on every apply; read by the stackward command.',
    value: Lazy.anyValue({ produce }),
  });
}
