import { Token, type TerraformBackend, type TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { InvalidConfiguration } from '../lib/basics/errors';
import { defined } from '../lib/basics/defined';
import { isLine, isOwner, ownerWords } from '../lib/basics/line';
import { endpointTypes, type CloudSettings } from '../lib/contract/manifest';
import { firewallDrivers, type FirewallDriver } from '../lib/openstack/firewall-driver';
import { isAtLeast, parseRelease, type Release } from '../lib/openstack/releases';
import { requireProps } from './internal/check-props';
import { refuseOtherEngine } from './internal/engine';
import type { ProviderConfig } from './internal/provider';
import { defaultVersion, isFrom, isSupported } from './internal/provider-version';

export type { FirewallDriver } from '../lib/openstack/firewall-driver';

/** Arguments of the provider without credentials. Credentials come only from clouds.yaml or the environment. */
export type ProviderSettings = Omit<
  ProviderConfig,
  | 'alias'
  | 'cloud'
  | 'region'
  | 'tenantId'
  | 'tenantName'
  | 'userName'
  | 'userId'
  | 'password'
  | 'token'
  | 'applicationCredentialId'
  | 'applicationCredentialName'
  | 'applicationCredentialSecret'
>;

export interface OpenStackCloudProps {
  /**
   * The name of this program's pipeline: 1 to 63 letters, digits, `.`, `_` or `-`. It marks everything that stackward
   * makes on hosts. Two programs with the same owner would remove each other's things. If you change it, stackward
   * leaves the old owner's things in place.
   */
  readonly owner: string;
  /**
   * The release of the cloud. It decides who changes allocation pools, which hostname Nova derives, and more. If the
   * release is newer than this stackward, its year and number are accepted, with a warning.
   */
  readonly release: Release;
  /** @default 'iptables_hybrid', which most clouds with Open vSwitch run */
  readonly firewallDriver?: FirewallDriver;
  /**
   * The bit of the packet mark, 0 to 31, that stackward's rules set when they check a MAC address. Nothing else on the
   * compute hosts may use this bit. @default 31
   */
  readonly markBit?: number;
  /** Entry of clouds.yaml. @default the provider reads the OS_* variables (OS_CLOUD among them) */
  readonly cloud?: string;
  /** @default the region of the credentials */
  readonly region?: string;
  /**
   * Version of the provider, 1.54.1 or later, below 4. It is exact, because `.terraform.lock.hcl` lies in cdktf.out and
   * so can't pin a range. Keystone v2 needs 1.54.1. @default 3.4.0, the version whose schema the bindings are made from
   */
  readonly providerVersion?: string;
  /** Further arguments for the providers of the admin and of the tenants. @default none */
  readonly providerSettings?: ProviderSettings;
  /**
   * Makes the backend of each stack, e.g. `(stack) => new S3Backend(stack, { … })`.
   * @default a local state beside main.ts, `terraform.<stack>.tfstate`
   */
  readonly backend?: (stack: TerraformStack) => TerraformBackend;
  /** Id of the user that runs Terraform. @default Keystone is asked who the credentials belong to */
  readonly deployerUserId?: string;
  /**
   * Name of the role that the deployer gets in each tenant, so that it may boot servers there. To force a server to a
   * host, the role needs what the policy asks for: `admin`, unless you changed the policy. @default 'member'
   */
  readonly deployerRole?: string;
}

/**
 * The cloud that the app describes, and the settings that all its stacks share.
 *
 *     const cloud = new OpenStackCloud(app, 'Cloud', { owner: 'example', release: 'zed', cloud: 'lab' });
 *     const shared = new CloudStack(app, 'shared', { cloud });
 *     const acme = new TenantStack(app, 'acme', { cloud });
 */
export class OpenStackCloud extends Construct {
  readonly owner: string;
  readonly release: Release;
  readonly firewallDriver: FirewallDriver;
  readonly markBit: number | undefined;
  readonly providerVersion: string;
  readonly deployerUserId: string | undefined;
  readonly deployerRole: string;
  /** Arguments of every provider of this cloud. */
  readonly providerConfig: ProviderConfig;
  readonly backend: OpenStackCloudProps['backend'];
  /** Settings that stackward's own credentials must agree with. They travel in the manifest. */
  readonly settings: CloudSettings | undefined;

  /** @throws InvalidConfiguration if the owner, the release or the provider's version is not allowed, or the app is of another engine */
  constructor(scope: Construct, id: string, props: OpenStackCloudProps) {
    super(scope, id);
    refuseOtherEngine(this, this.node.root, 'app');
    requireProps(this, props, 'owner', 'release');
    const where = this.node.path;
    if (!isOwner(props.owner))
      throw new InvalidConfiguration(
        `the owner ${JSON.stringify(props.owner)} can't mark things on hosts; ${ownerWords}`,
        { where },
      );
    const version = props.providerVersion ?? defaultVersion;
    if (!isSupported(version))
      throw new InvalidConfiguration(
        `${JSON.stringify(version)} is no provider version that works; give an exact one from 1.54.1 to below 4, such as ${defaultVersion}`,
        { where },
      );
    if (props.providerSettings?.useOctavia !== undefined && isFrom(version, '3.0.0'))
      throw new InvalidConfiguration(
        `provider ${version} has no useOctavia, since Octavia is its only load balancer; leave it out of providerSettings`,
        { where },
      );
    const { markBit } = props;
    if (markBit !== undefined && !(Number.isInteger(markBit) && markBit >= 0 && markBit <= 31))
      throw new InvalidConfiguration(`markBit is ${String(markBit)}; a packet mark has the bits 0 to 31`, { where });
    const { firewallDriver = 'iptables_hybrid' } = props;
    if (!firewallDrivers.includes(firewallDriver))
      throw new InvalidConfiguration(
        `the firewall driver ${JSON.stringify(firewallDriver)} is none; say one of ${firewallDrivers.join(', ')}`,
        { where },
      );
    this.owner = props.owner;
    this.release = parseRelease(props.release);
    this.firewallDriver = firewallDriver;
    this.markBit = markBit;
    this.providerVersion = version;
    this.deployerUserId = props.deployerUserId;
    this.deployerRole = props.deployerRole ?? 'member';
    this.backend = props.backend;
    this.providerConfig = {
      ...props.providerSettings,
      ...defined({ cloud: props.cloud, region: props.region }),
    };
    this.settings = settingsOf(this.providerConfig, where);
  }

  /**
   * False on Icehouse: its Neutron takes no new pools for a subnet, so only the database can change them
   * (docs/adr/0002-allocation-pool-methods.md).
   */
  get changesPoolsByApi(): boolean {
    return isAtLeast(this.release, 'juno');
  }

  /** See constructs/quotas.ts. */
  get ignoresZeroNetworkQuotas(): boolean {
    return !isFrom(this.providerVersion, '3.2.0');
  }
}

function settingsOf(config: ProviderConfig, where: string): CloudSettings | undefined {
  const { region, endpointType, cacertFile, authUrl, endpointOverrides } = config;
  const isKnown = (text: string): text is (typeof endpointTypes)[number] =>
    Token.isUnresolved(text) || (endpointTypes as readonly string[]).includes(text);
  if (endpointType !== undefined && !isKnown(endpointType))
    throw new InvalidConfiguration(
      `the endpointType ${JSON.stringify(endpointType)} is none; say one of ${endpointTypes.join(', ')}`,
      { where },
    );
  // cacertFile may hold the certificates themselves instead of a path.
  const caPath = cacertFile !== undefined && isLine(cacertFile) ? cacertFile : undefined;
  // A URL with a query or a user name may hold a password, so it is kept out of the manifest.
  const plain = (url: string | undefined) => (url === undefined || /[?#]|\/\/[^/]*@/.test(url) ? undefined : url);
  const urls = { authUrl: plain(authUrl), networkUrl: plain(endpointOverrides?.['network']) };
  const settings = defined({ region, endpointType, cacertFile: caPath, ...urls });
  return Object.keys(settings).length === 0 ? undefined : settings;
}
