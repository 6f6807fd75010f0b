/**
 * Compares the cloud of Terraform's provider with the cloud of stackward, because each of them has its own credentials
 * (docs/adr/0001-manifest.md).
 */
import { join, resolve } from 'node:path';
import { outputFolder } from '../adapters/files/output-folder';
import type { CloudCredentials } from '../lib/openstack/credentials';
import { Blocked } from '../lib/basics/errors';
import type { CloudSettings, Manifest } from '../lib/contract/manifest';

/**
 * @param home the folder that `~` stands for
 * @throws Blocked if a manifest has another region, kind of endpoint or CA than the credentials
 */
export function refuseOtherCloud(manifests: readonly Manifest[], credentials: CloudCredentials, home: string): void {
  for (const { stack, cloud } of manifests) {
    const difference = cloud === undefined ? undefined : differenceOf(cloud, credentials, { stack, home });
    if (difference !== undefined) throw new Blocked(difference, { where: `stack ${stack}` });
  }
}

/** True if a manifest names the setting, so that it was compared. */
export const isSaid = (manifests: readonly Manifest[], name: keyof CloudSettings): boolean =>
  manifests.some(({ cloud }) => cloud?.[name] !== undefined);

/** One setting on both sides, and how to set Terraform's value for stackward. */
interface Pair {
  readonly name: keyof CloudSettings;
  readonly theirs: string | undefined;
  readonly ours: string | undefined;
  /** What stackward does if its side has no value. */
  readonly without: string;
  readonly remedy: string;
}

function differenceOf(
  { region, endpointType, cacertFile, authUrl, networkUrl }: CloudSettings,
  credentials: CloudCredentials,
  { stack, home }: { readonly stack: string; readonly home: string },
): string | undefined {
  const path = (written: string | undefined, folder: string): string | undefined =>
    written === undefined ? undefined : resolve(folder, written.replace(/^~(?=\/|$)/, home));
  const url = (written: string | undefined): string | undefined =>
    written?.replace(/\/+$/, '').replace(/\/v[23](\.0)?$/, '');
  const face = endpointType?.replace(/URL$/, '');
  const ca = path(cacertFile, join(outputFolder('.'), 'stacks', stack));
  const pairs: readonly Pair[] = [
    { name: 'authUrl', theirs: url(authUrl), ours: url(credentials.authUrl), without: 'none', remedy: `auth_url: ${authUrl} in clouds.yaml, or OS_AUTH_URL=${authUrl} without a cloud` },
    { name: 'region', theirs: region, ours: credentials.region, without: 'no region, so it would ask the first of the catalogue', remedy: `region_name: ${region} in clouds.yaml, or OS_REGION_NAME=${region}` },
    { name: 'endpointType', theirs: face, ours: credentials.interface, without: 'none', remedy: `interface: ${face} in clouds.yaml, or OS_ENDPOINT_TYPE=${face}` },
    { name: 'cacertFile', theirs: ca, ours: path(credentials.caFile, '.'), without: 'none', remedy: `cacert: ${ca} in clouds.yaml, or OS_CACERT=${ca}` },
    { name: 'networkUrl', theirs: url(networkUrl), ours: url(credentials.networkUrl), without: "none, so it would ask the catalogue's", remedy: `network_endpoint_override: ${networkUrl} in clouds.yaml` },
  ]; // prettier-ignore
  const differing = pairs.find(({ theirs, ours }) => theirs !== undefined && theirs !== ours);
  if (differing === undefined) return undefined;
  const { name, theirs, ours, without, remedy } = differing;
  return `OpenStackCloud gives Terraform the ${words[name]} ${theirs}, and the credentials of stackward (cloud ${credentials.cloud}) name ${ours ?? without}; say ${remedy}`;
}

const words: Readonly<Record<keyof CloudSettings, string>> = {
  authUrl: 'authUrl',
  region: 'region',
  endpointType: 'endpointType',
  cacertFile: 'cacertFile',
  networkUrl: 'network endpoint',
};
