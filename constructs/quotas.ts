/**
 * Quotas of a project. Only named limits are managed. 0 means none, -1 means unlimited, and the first apply gets both
 * right.
 *
 * How: provider 1.54.1 sets unnamed block storage limits to 0, and an unnamed `security_group_rule` too if
 * `security_group` is named. So a data source reads the limits that the provider would set anyway, they are passed as
 * they are, and later changes of them are ignored. 3.x sends only the limits it is given; the same resources are right
 * there.
 * Given up: a 0 in a network quota with a provider before 3.2.0. It leaves zeros out when it creates the resource (see
 * resourceNetworkingQuotaV2Create, `d.GetOk`; fixed by terraform-provider-openstack pull request 1881). No other
 * resource writes that quota, and Terraform makes one change to a resource per apply, so only the second apply sets it.
 * Synth warns. If a limit is deleted from the code, OpenStack keeps its last value: the provider only forgets it.
 */
import { Annotations, Fn, Token, type TerraformResource } from 'cdktf';
import { Construct } from 'constructs';
import { BlockstorageQuotasetV3 } from '@cdktf/provider-openstack/lib/blockstorage-quotaset-v3';
import { ComputeQuotasetV2 } from '@cdktf/provider-openstack/lib/compute-quotaset-v2';
import { DataOpenstackBlockstorageQuotasetV3 } from '@cdktf/provider-openstack/lib/data-openstack-blockstorage-quotaset-v3';
import { DataOpenstackNetworkingQuotaV2 } from '@cdktf/provider-openstack/lib/data-openstack-networking-quota-v2';
import { NetworkingQuotaV2 } from '@cdktf/provider-openstack/lib/networking-quota-v2';
import { defined } from '../lib/basics/defined';
import { checkTexts } from './internal/check-props';
import { CloudStack } from './cloud-stack';
import { addFinding, claim, declarationsOf } from './internal/declarations';
import type { ITenant } from './interfaces';

/** Nova's limits. RAM in MiB. */
export interface ComputeQuota {
  readonly instances?: number;
  readonly cores?: number;
  readonly ramMiB?: number;
  readonly keyPairs?: number;
  readonly serverGroups?: number;
  readonly serverGroupMembers?: number;
  readonly metadataItems?: number;
}

/** Neutron's limits. Its own DHCP ports and router interfaces count as ports. */
export interface NetworkQuota {
  readonly networks?: number;
  readonly subnets?: number;
  readonly ports?: number;
  readonly routers?: number;
  readonly floatingIps?: number;
  readonly securityGroups?: number;
  readonly securityGroupRules?: number;
  readonly rbacPolicies?: number;
  readonly subnetPools?: number;
}

/** Cinder's limits. Gigabytes are its own word for GiB. */
export interface BlockStorageQuota {
  readonly volumes?: number;
  readonly snapshots?: number;
  readonly gigabytes?: number;
  readonly perVolumeGigabytes?: number;
  readonly backups?: number;
  readonly backupGigabytes?: number;
  readonly groups?: number;
  /** By the name of the volume type. */
  readonly volumeTypes?: Readonly<Record<string, VolumeTypeQuota>>;
}

export interface VolumeTypeQuota {
  readonly volumes?: number;
  readonly snapshots?: number;
  readonly gigabytes?: number;
}

/** -1 is unlimited, 0 is none. A limit that is not named keeps its value in the cloud. */
export interface QuotaLimits {
  /** @default not managed */
  readonly compute?: ComputeQuota;
  /** @default not managed */
  readonly network?: NetworkQuota;
  /** @default not managed */
  readonly blockStorage?: BlockStorageQuota;
}

export interface QuotasProps extends QuotaLimits {
  readonly tenant: ITenant;
}

/**
 * The quotas of a project. Usually the tenant's prop `quotas` makes them, so that everything else in the project waits
 * for them. Use this construct by itself for an imported project.
 */
export class Quotas extends Construct {
  readonly compute: ComputeQuotasetV2 | undefined;
  readonly network: NetworkingQuotaV2 | undefined;
  readonly blockStorage: BlockstorageQuotasetV3 | undefined;
  private readonly projectId: string;

  constructor(scope: Construct, id: string, props: QuotasProps) {
    super(scope, id);
    checkTexts(this, props);
    const { tenant, compute, network, blockStorage } = props;
    this.projectId = tenant.projectId;
    this.checkNumbers(props);
    claim(this, `the quota of project ${tenant.projectId}`);
    declarationsOf(this).add('quotas', {
      path: this.node.path,
      tenant: tenant.key,
      limits: { ...network, ...compute, ...blockStorage },
    });
    this.compute = compute && this.setCompute(compute);
    this.network = network && this.setNetwork(network);
    this.blockStorage = blockStorage && this.setBlockStorage(blockStorage);
  }

  private setCompute({ ramMiB, ...limits }: ComputeQuota): ComputeQuotasetV2 {
    return new ComputeQuotasetV2(this, 'Compute', defined({ projectId: this.projectId, ...limits, ram: ramMiB }));
  }

  private setNetwork(limits: NetworkQuota): NetworkingQuotaV2 {
    this.warnOfZeros(limits);
    const { securityGroups, securityGroupRules } = limits;
    const resource = new NetworkingQuotaV2(
      this,
      'Network',
      defined({
        projectId: this.projectId,
        network: limits.networks,
        subnet: limits.subnets,
        port: limits.ports,
        router: limits.routers,
        floatingip: limits.floatingIps,
        securityGroup: securityGroups,
        securityGroupRule: securityGroupRules,
        rbacPolicy: limits.rbacPolicies,
        subnetpool: limits.subnetPools,
      }),
    );
    if ((securityGroups === undefined) === (securityGroupRules === undefined)) return resource;
    const now = new DataOpenstackNetworkingQuotaV2(this, 'NetworkNow', { projectId: this.projectId });
    if (securityGroups === undefined) resource.securityGroup = now.securityGroup;
    else resource.securityGroupRule = now.securityGroupRule;
    ignoreChanges(resource, [securityGroups === undefined ? 'security_group' : 'security_group_rule']);
    return resource;
  }

  private setBlockStorage({ volumeTypes = {}, ...limits }: BlockStorageQuota): BlockstorageQuotasetV3 {
    const resource = new BlockstorageQuotasetV3(
      this,
      'BlockStorage',
      defined({ projectId: this.projectId, ...limits }),
    );
    const named = Object.entries(volumeTypes).flatMap(([type, quota]) =>
      Object.entries(quota).map(([thing, limit]) => [`${thing}_${type}`, String(limit)] as const),
    );
    const unnamed = blockStorageLimits.filter(([prop]) => limits[prop] === undefined);
    if (named.length === 0 && unnamed.length === 0) return resource;
    const now = new DataOpenstackBlockstorageQuotasetV3(this, 'BlockStorageNow', { projectId: this.projectId });
    for (const [prop] of unnamed) resource[prop] = now[prop];
    ignoreChanges(
      resource,
      unnamed.map(([, attribute]) => attribute),
    );
    // The provider reads back every volume type that Cinder knows, so the types that are not named are passed as they
    // are.
    if (named.length > 0)
      resource.volumeTypeQuota = Fn.merge([now.volumeTypeQuota, Object.fromEntries(named)]) as Record<string, string>;
    return resource;
  }

  private warnOfZeros(limits: NetworkQuota): void {
    const zeros = Object.entries(limits).flatMap(([thing, limit]) => (limit === 0 ? [thing] : []));
    const { cloud } = CloudStack.of(this);
    if (zeros.length > 0 && cloud.ignoresZeroNetworkQuotas)
      Annotations.of(this).addWarning(
        `Provider ${cloud.providerVersion} leaves out ${zeros.join(', ')} = 0 when it creates a network quota, and sets it ` +
          'at the second apply; provider 3.2.0 and later are right at once.',
      );
  }

  private checkNumbers({ tenant: _tenant, ...limits }: QuotasProps): void {
    const check = (value: unknown, name: string): void => {
      if (typeof value === 'object' && value !== null)
        for (const [key, inner] of Object.entries(value)) check(inner, name === '' ? key : `${name}.${key}`);
      else if (typeof value === 'number' && !Token.isUnresolved(value) && (!Number.isInteger(value) || value < -1))
        addFinding(this, `${name} is ${String(value)}; a limit is a whole number from 0, or -1 for no limit`);
    };
    check(limits, '');
  }
}

/** Prop and attribute. */
const blockStorageLimits = [
  ['volumes', 'volumes'],
  ['snapshots', 'snapshots'],
  ['gigabytes', 'gigabytes'],
  ['perVolumeGigabytes', 'per_volume_gigabytes'],
  ['backups', 'backups'],
  ['backupGigabytes', 'backup_gigabytes'],
  ['groups', 'groups'],
] as const;

/** The attribute is passed once, so that the provider doesn't set it to 0. Its later changes are ignored. */
function ignoreChanges(resource: TerraformResource, attributes: readonly string[]): void {
  if (attributes.length > 0) resource.lifecycle = { ignoreChanges: [...attributes] };
}
