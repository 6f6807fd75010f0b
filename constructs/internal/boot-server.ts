/**
 * Boots a server, as `UtmInstance` and `Server` do: with ports that exist already, by the tenant's provider, and counted
 * against the tenant's quota.
 */
import { Annotations, Token } from 'cdktf';
import type { Construct } from 'constructs';
import { ComputeInstanceV2, type ComputeInstanceV2Config } from '@cdktf/provider-openstack/lib/compute-instance-v2';
import { defined } from '../../lib/basics/defined';
import { isAtLeast } from '../../lib/openstack/releases';
import { userDataTextFindings } from '../../lib/synth/cloud-config-checks';
import { deriveHostname, hostnameFindings } from '../../lib/synth/hostname';
import { escapeForTerraform } from '../../lib/synth/terraform-text';
import { serverTextWarnings, userDataTextWarnings } from '../../lib/synth/user-data-text';
import { CloudStack } from '../cloud-stack';
import type { FixedIpPort } from '../fixed-ip-port';
import type { ITenant } from '../interfaces';
import { checkReference } from './check-props';
import { addFinding, claim, declarationsOf } from './declarations';
import { schedulerHints } from './scheduler-hints';
import { tenantProvider } from './tenant-provider';
import { bootsWith } from './trunk-order';

export interface Flavor {
  readonly name?: string;
  /** @default looked up by name */
  readonly id?: string;
  /** Compared with the tenant's quota. @default not compared */
  readonly cores?: number;
  /** Compared with the tenant's quota. @default not compared */
  readonly ramMiB?: number;
}

/** The props that all servers have. */
export interface ServerSettings extends Pick<
  ComputeInstanceV2Config,
  | 'configDrive'
  | 'forceDelete'
  | 'keyPair'
  | 'powerState'
  | 'region'
  | 'schedulerHints'
  | 'stopBeforeDestroy'
  | 'tags'
  | 'timeouts'
  | 'vendorOptions'
> {
  /** @default the tenant of the stack */
  readonly tenant?: ITenant;
  /**
   * The display name, of 1 to 255 characters. Nova derives the hostname from it when it makes the server. @default the construct's id in lower
   * case
   */
  readonly name?: string;
  /** No secrets: the code and Terraform's state keep them as plain text. @default none */
  readonly metadata?: Readonly<Record<string, string>>;
  /**
   * Files that Nova writes into the guest. No secrets: the code and Terraform's state keep them as plain text. @default
   * none
   */
  readonly personality?: NonNullable<ComputeInstanceV2Config['personality']>;
  /** By name or by id, and perhaps with its size. */
  readonly flavor: string | Flavor;
  /** A zone's name without a host; the prop `host` names the host. @default the scheduler chooses */
  readonly availabilityZone?: string;
  /**
   * Compute host that the server is forced to. The deployer needs the right to force it. @default the scheduler chooses
   */
  readonly host?: string;
  /** Id of a server group of the tenant: `ServerGroup` makes one. It joins the schedulerHints. @default none */
  readonly serverGroupId?: string;
}

export interface ServerToBoot extends ServerSettings, Pick<ComputeInstanceV2Config, 'blockDevice'> {
  readonly tenant: ITenant;
  readonly name: string;
  readonly image?: string | { readonly id: string };
  /** Escaped for Terraform. */
  readonly userData?: string;
  /** In the order in which the guest sees them. */
  readonly ports: readonly FixedIpPort[];
}

/** The server, as the child `Server`. */
export function bootServer(scope: Construct, server: ServerToBoot): ComputeInstanceV2 {
  const { tenant, image, flavor, availabilityZone, host, serverGroupId, userData, ports, ...config } = server;
  checkServer(scope, server);
  const made = new ComputeInstanceV2(scope, 'Server', {
    ...config,
    ...imageConfig(image),
    ...flavorConfig(flavor),
    ...defined({
      availabilityZone: host === undefined ? availabilityZone : `${availabilityZone ?? 'nova'}:${host}`,
      schedulerHints: schedulerHints(scope, config.schedulerHints, serverGroupId),
      vendorOptions: config.vendorOptions ?? keepPorts(scope),
      userData,
    }),
    network: ports.map(({ portId }) => ({ port: portId })),
    provider: tenantProvider(scope, tenant),
    dependsOn: tenant.dependenciesFor(scope, 'compute'),
  });
  for (const port of ports) bootsWith(made, port);
  return made;
}

/** Adds a finding for each value that Nova can't use or would read in another way, and a warning for a placeholder. */
function checkServer(scope: Construct, server: ServerToBoot): void {
  const { name, image, flavor, availabilityZone, host, metadata = {}, personality } = server;
  const aNameOrId = 'a name or an id';
  checkReference(scope, 'flavor', typeof flavor === 'string' ? flavor : (flavor.id ?? flavor.name), aNameOrId);
  if (image !== undefined) checkReference(scope, 'image', typeof image === 'string' ? image : image.id, aNameOrId);
  if (host !== undefined) checkReference(scope, 'host', host, 'a name, or leave it out');
  if (host?.includes(':'))
    addFinding(scope, `its host is ${JSON.stringify(host)}; write a name without :, and its zone in availabilityZone`);
  // Nova reads `zone:host:node`.
  if (availabilityZone?.includes(':'))
    addFinding(scope, `its availabilityZone is ${JSON.stringify(availabilityZone)}; write a name without :, and a host in the prop host`); // prettier-ignore
  const length = Token.isUnresolved(name) ? 1 : [...name].length;
  if (length < 1 || length > 255) addFinding(scope, `its name has ${String(length)} characters; write 1 to 255`);
  for (const warning of serverTextWarnings(metadata, Array.isArray(personality) ? personality : []))
    Annotations.of(scope).addWarning(warning);
}

/** Icehouse's Nova deletes every port of a removed server, also ports that Nova did not make. */
function keepPorts(scope: Construct): ComputeInstanceV2Config['vendorOptions'] {
  const { release } = CloudStack.of(scope).cloud;
  return isAtLeast(release, 'juno') ? undefined : { detachPortsBeforeDestroy: true };
}

function imageConfig(image: ServerToBoot['image']): Pick<ComputeInstanceV2Config, 'imageId' | 'imageName'> {
  if (typeof image === 'string') return { imageName: image };
  return defined({ imageId: image?.id });
}

function flavorConfig(flavor: ServerSettings['flavor']): Pick<ComputeInstanceV2Config, 'flavorId' | 'flavorName'> {
  if (typeof flavor === 'string') return { flavorName: flavor };
  return flavor.id === undefined ? defined({ flavorName: flavor.name }) : { flavorId: flavor.id };
}

/** The hostname that Nova derives from the name. Warns where it is another, or none that DNS knows. */
export function hostnameOf(construct: Construct, name: string): string {
  const { release } = CloudStack.of(construct).cloud;
  const hostname = deriveHostname(name, release);
  const findings = hostnameFindings(name, release);
  if (hostname !== name && findings.length === 0)
    Annotations.of(construct).addWarning(
      `Nova of ${release} makes the hostname "${hostname}" of the name ${JSON.stringify(name)}; look it up by its name, not by its hostname.`,
    );
  for (const finding of findings) Annotations.of(construct).addWarning(finding);
  return hostname;
}

/** User data that the author wrote, for Terraform. Adds a finding for each mistake in it. */
export function ownUserData(construct: Construct, text: string): string {
  for (const finding of userDataTextFindings(text)) addFinding(construct, finding);
  for (const warning of userDataTextWarnings(text)) Annotations.of(construct).addWarning(warning);
  return escapeForTerraform(text);
}

/** Counts the server, and the volumes that Nova makes for it, for its tenant's quota. */
export function countServer(
  construct: Construct,
  tenant: ITenant,
  { flavor, blockDevice }: Pick<ServerToBoot, 'flavor' | 'blockDevice'>,
): void {
  const { cores, ramMiB } = typeof flavor === 'string' ? {} : flavor;
  const made = (Array.isArray(blockDevice) ? blockDevice : []).filter(
    ({ sourceType, destinationType }) => destinationType === 'volume' && sourceType !== 'volume',
  );
  const volumes = made.map(({ volumeSize = 0 }) => ({ volumes: 1, gigabytes: volumeSize }));
  for (const counts of [{ instances: 1, ...defined({ cores, ramMiB }) }, ...volumes])
    declarationsOf(construct).add('uses', { tenant: tenant.key, counts });
}

/** Takes the ports for this server. A port of another server or tenant is a finding. */
export function takePorts(construct: Construct, tenant: ITenant, ports: readonly FixedIpPort[]): void {
  for (const port of ports) {
    claim(construct, `the port ${port.node.path}`);
    if (port.tenant.key !== tenant.key)
      addFinding(
        construct,
        `its port ${port.node.path} belongs to another tenant, and Nova refuses it (PortNotUsable)`,
      );
  }
}
