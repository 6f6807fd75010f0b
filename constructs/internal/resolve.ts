import { DefaultTokenResolver, StringConcat, Tokenization, type TerraformStack } from 'cdktf';

/**
 * Replaces each token by the Terraform expression that it stands for in this stack: `${openstack_….Green_Subnet_….id}`.
 */
export function resolveIn(stack: TerraformStack, value: unknown): unknown {
  return Tokenization.resolve(value, {
    scope: stack,
    resolver: new DefaultTokenResolver(new StringConcat()),
    preparing: false,
  });
}
