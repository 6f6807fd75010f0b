/** Terraform and stackward have credentials of their own, and must ask the same cloud (docs/adr/0001-manifest.md). */
import { resolve } from 'node:path';
import type { CloudCredentials } from '../lib/credentials';
import { Blocked } from '../lib/errors';
import type { CloudSettings, Manifest } from '../lib/manifest';

/**
 * @param home what `~` stands for
 * @throws Blocked where a manifest says another region, kind of endpoint or CA than the credentials
 */
export function refuseOtherCloud(manifests: readonly Manifest[], credentials: CloudCredentials, home: string): void {
  for (const { stack, cloud } of manifests) {
    const difference = cloud === undefined ? undefined : differenceOf(cloud, credentials, { stack, home });
    if (difference !== undefined) throw new Blocked(difference, { where: `stack ${stack}` });
  }
}

/** Whether a manifest says it, so that it was compared. */
export const isSaid = (manifests: readonly Manifest[], name: keyof CloudSettings): boolean =>
  manifests.some(({ cloud }) => cloud?.[name] !== undefined);

function differenceOf(
  { region, endpointType, cacertFile }: CloudSettings,
  credentials: CloudCredentials,
  { stack, home }: { readonly stack: string; readonly home: string },
): string | undefined {
  const ours = `the credentials of stackward (cloud ${credentials.cloud})`;
  if (region !== undefined && region !== credentials.region) {
    const other = credentials.region === undefined ? 'no region, so it would ask the first of the catalogue' : credentials.region; // prettier-ignore
    return `OpenStackCloud gives Terraform the region ${region}, and ${ours} name ${other}; say region_name: ${region} in clouds.yaml, or OS_REGION_NAME=${region}`;
  }
  const face = endpointType?.replace(/URL$/, '');
  if (face !== undefined && face !== credentials.interface)
    return `OpenStackCloud gives Terraform the endpointType ${face}, and ${ours} name ${credentials.interface}; say interface: ${face} in clouds.yaml, or OS_ENDPOINT_TYPE=${face}`;
  if (cacertFile === undefined) return undefined;
  const path = (written: string, folder: string): string => resolve(folder, written.replace(/^~(?=\/|$)/, home));
  const theirs = path(cacertFile, `cdktf.out/stacks/${stack}`);
  const { caFile } = credentials;
  if (caFile !== undefined && path(caFile, '.') === theirs) return undefined;
  return `OpenStackCloud gives Terraform the cacertFile ${theirs}, and ${ours} name ${caFile === undefined ? 'none' : path(caFile, '.')}; say cacert: ${theirs} in clouds.yaml, or OS_CACERT=${theirs}`;
}
