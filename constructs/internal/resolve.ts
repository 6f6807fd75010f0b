import { DefaultTokenResolver, StringConcat, Tokenization, type TerraformStack } from 'cdktf';

/** The value with each token as the Terraform expression that it is in this stack: `${openstack_….Green_Subnet_….id}`. */
export function resolveIn(stack: TerraformStack, value: unknown): unknown {
  return Tokenization.resolve(value, {
    scope: stack,
    resolver: new DefaultTokenResolver(new StringConcat()),
    preparing: false,
  });
}
