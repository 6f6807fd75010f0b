import type { IResolvable } from 'cdktf';
import type { Construct } from 'constructs';
import { OpenstackProvider, type OpenstackProviderConfig } from '@cdktf/provider-openstack/lib/provider';

/** The arguments of a provider. The bindings know those of the default version; `useOctavia` is one of 1.54.1. */
export type ProviderConfig = OpenstackProviderConfig & { readonly useOctavia?: boolean | IResolvable };

export function makeProvider(
  scope: Construct,
  id: string,
  { useOctavia, ...config }: ProviderConfig,
): OpenstackProvider {
  const provider = new OpenstackProvider(scope, id, config);
  if (useOctavia !== undefined) provider.addOverride('use_octavia', useOctavia);
  return provider;
}
