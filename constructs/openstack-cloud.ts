import { Token, type TerraformBackend, type TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import type { OpenstackProviderConfig } from '@cdktf/provider-openstack/lib/provider';
import { InvalidConfiguration } from '../lib/basics/errors';
import { defined } from '../lib/basics/defined';
import { isLine, isOwner, ownerWords } from '../lib/basics/line';
import { endpointTypes, type CloudSettings } from '../lib/contract/manifest';
import { firewallDrivers, type FirewallDriver } from '../lib/openstack/firewall-driver';
import { isAtLeast, parseRelease, type Release } from '../lib/openstack/releases';
import { requireProps } from './internal/check-props';

export type { FirewallDriver } from '../lib/openstack/firewall-driver';

/** What the provider takes, without credentials: those come from clouds.yaml or the environment alone. */
export type ProviderSettings = Omit<
  OpenstackProviderConfig,
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
   * Marks what stackward makes on hosts and in databases as this program's, 1 to 63 letters, digits, `.`, `_` or `-`.
   * Two programs with one owner would remove each other's things. It is contract: a changed owner leaves the old things.
   */
  readonly owner: string;
  /**
   * The release that the cloud runs; it decides who changes allocation pools and which hostname Nova derives. One that is
   * newer than this stackward is taken by year and number, with a warning.
   */
  readonly release: Release;
  /** @default 'iptables_hybrid', what most clouds with Open vSwitch run */
  readonly firewallDriver?: FirewallDriver;
  /**
   * Bit of the packet mark, 0 to 31, that stackward's rules use where they bind a MAC address: one that nothing else on
   * the compute hosts uses. @default 31
   */
  readonly markBit?: number;
  /** Entry of clouds.yaml. @default the provider reads the OS_* variables (OS_CLOUD among them) */
  readonly cloud?: string;
  /** @default the region of the credentials */
  readonly region?: string;
  /**
   * Version of the provider, pinned exactly: `.terraform.lock.hcl` lies in cdktf.out, so a range would float.
   * From 1.54.1 to below 4. @default 1.54.1, the version of the schema that the bindings are made from
   */
  readonly providerVersion?: string;
  /** More of the provider's arguments, for the admin's and the tenants' providers alike. @default none */
  readonly providerSettings?: ProviderSettings;
  /**
   * Makes the backend of each stack, e.g. `(stack) => new S3Backend(stack, { … })`.
   * @default a local state beside main.ts, `terraform.<stack>.tfstate`
   */
  readonly backend?: (stack: TerraformStack) => TerraformBackend;
  /** Id of the user that runs Terraform. @default asked of Keystone, for the credentials in use */
  readonly deployerUserId?: string;
  /**
   * Role that the deployer gets in each tenant, by name, so as to boot its servers there. A forced host needs what the
   * policy asks of it, `admin` unless changed. @default 'member'
   */
  readonly deployerRole?: string;
}

/**
 * The cloud that the app describes: what holds for all of its stacks.
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
  readonly providerConfig: OpenstackProviderConfig;
  readonly backend: OpenStackCloudProps['backend'];
  /** What stackward's own credentials must agree with; it travels in the manifest. */
  readonly settings: CloudSettings | undefined;

  /** @throws InvalidConfiguration when the owner, the release or the provider's version is not one that is allowed */
  constructor(scope: Construct, id: string, props: OpenStackCloudProps) {
    super(scope, id);
    requireProps(this, props, 'owner', 'release');
    const where = this.node.path;
    if (!isOwner(props.owner))
      throw new InvalidConfiguration(
        `the owner ${JSON.stringify(props.owner)} can't mark things on hosts; ${ownerWords}`,
        { where },
      );
    const version = props.providerVersion ?? schemaVersion;
    if (!isSupported(version))
      throw new InvalidConfiguration(
        `${JSON.stringify(version)} is no provider version that works; give an exact one from 1.54.1 to below 4, such as ${schemaVersion}`,
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
      ...(props.cloud === undefined ? {} : { cloud: props.cloud }),
      ...(props.region === undefined ? {} : { region: props.region }),
    };
    this.settings = settingsOf(this.providerConfig, where);
  }

  /** Icehouse's Neutron takes no new pools for a subnet: only the database can (docs/adr/0002-allocation-pool-methods.md). */
  get changesPoolsByApi(): boolean {
    return isAtLeast(this.release, 'juno');
  }

  /** See constructs/quotas.ts. */
  get ignoresZeroNetworkQuotas(): boolean {
    return versionNumber(this.providerVersion) < 3_002_000;
  }
}

function settingsOf(config: OpenstackProviderConfig, where: string): CloudSettings | undefined {
  const { region, endpointType, cacertFile, authUrl, endpointOverrides } = config;
  const isKnown = (text: string): text is (typeof endpointTypes)[number] =>
    Token.isUnresolved(text) || (endpointTypes as readonly string[]).includes(text);
  if (endpointType !== undefined && !isKnown(endpointType))
    throw new InvalidConfiguration(
      `the endpointType ${JSON.stringify(endpointType)} is none; say one of ${endpointTypes.join(', ')}`,
      { where },
    );
  // The provider takes the certificates themselves, too.
  const caPath = cacertFile !== undefined && isLine(cacertFile) ? cacertFile : undefined;
  // A manifest is no place for a password.
  const plain = (url: string | undefined) => (url === undefined || /[?#]|\/\/[^/]*@/.test(url) ? undefined : url);
  const urls = { authUrl: plain(authUrl), networkUrl: plain(endpointOverrides?.['network']) };
  const settings = defined({ region, endpointType, cacertFile: caPath, ...urls });
  return Object.keys(settings).length === 0 ? undefined : settings;
}

/** What the generated bindings pin by themselves; test/constructs/openstack-cloud.test.ts compares. */
const schemaVersion = '1.54.1';

function isSupported(version: string): boolean {
  const number = versionNumber(version);
  return number >= 1_054_001 && number < 4_000_000;
}

/** `1.54.1` as 1,054,001; NaN for anything but three numbers. */
function versionNumber(version: string): number {
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)$/.exec(version) ?? [];
  return Number(major) * 1e6 + Number(minor) * 1e3 + Number(patch);
}
