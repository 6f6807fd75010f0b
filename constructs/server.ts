import { Construct } from 'constructs';
import type { ComputeInstanceV2, ComputeInstanceV2Config } from '@cdktf/provider-openstack/lib/compute-instance-v2';
import { defined } from '../lib/basics/defined';
import { FixedIpPort, type FixedIpPortProps } from './fixed-ip-port';
import type { IServer, ITenant } from './interfaces';
import {
  bootServer,
  countServer,
  hostnameOf,
  ownUserData,
  takePorts,
  type ServerSettings,
} from './internal/boot-server';
import { checkReference, checkTexts, requireProps } from './internal/check-props';
import { addFinding, claim } from './internal/declarations';
import { Tenant } from './tenant';
import { Volume } from './volume';

/** A port that the server makes in its tenant's project. */
export type ServerNicProps = Omit<FixedIpPortProps, 'tenant'>;

export interface ServerProps extends ServerSettings {
  /**
   * The NICs by names of yours, such as `lan`. The guest sees them in the order of the code. Each is the props of a
   * port, or a port that the code made before.
   */
  readonly nics: Readonly<Record<string, ServerNicProps | FixedIpPort>>;
  /**
   * By name, or by id. A changed image rebuilds the server in place: its disk is new, its id and ports stay. @default
   * the server boots from bootVolume
   */
  readonly image?: string | { readonly id: string };
  /**
   * The volume with the server's root disk, or its id. The volume stays when the server is replaced. @default Nova
   * makes a disk from the image, and deletes it with the server
   */
  readonly bootVolume?: Volume | string;
  /**
   * Text, or base64. All of it is literal except references to attributes. A change replaces the server. No secrets:
   * the metadata service gives it to every process in the guest. @default none
   */
  readonly userData?: string;
}

/**
 * A server of the tenant. It boots from ports that were made before, so it has exactly the planned addresses.
 *
 *     new Server(acme, 'Web', {
 *       image: 'debian-12', flavor: 'm1.small',
 *       nics: { lan: { network: green, address: '10.10.1.20' } },
 *     });
 */
export class Server extends Construct implements IServer {
  readonly resource: ComputeInstanceV2;
  readonly serverId: string;
  readonly tenant: ITenant;
  /** The hostname that Nova derives from the name. */
  readonly hostname: string;
  /** The ports, by the names of the NICs. */
  readonly nics: Readonly<Record<string, FixedIpPort>>;

  constructor(scope: Construct, id: string, props: ServerProps) {
    super(scope, id);
    requireProps(this, props, 'flavor', 'nics');
    // ownUserData escapes the user data later, so its text may hold `${…}`.
    checkTexts(this, { ...props, userData: undefined });
    const { tenant = Tenant.of(this), name = id.toLowerCase(), nics, bootVolume, userData, ...server } = props;
    this.tenant = tenant;
    this.nics = this.makeNics(name, nics);
    this.hostname = hostnameOf(this, name);
    const ports = Object.values(this.nics);
    this.resource = bootServer(this, {
      ...server,
      ...defined({
        blockDevice: bootVolume === undefined ? undefined : bootFrom(bootVolume),
        userData: userData === undefined ? undefined : ownUserData(this, userData),
      }),
      tenant,
      name,
      ports,
    });
    this.serverId = this.resource.id;
    countServer(this, tenant, server);
    takePorts(this, tenant, ports);
    if (ports.length === 0) addFinding(this, 'it has no NIC; name one in nics, such as nics: { lan: { network } }');
    this.checkDisk(props);
  }

  private makeNics(name: string, wanted: ServerProps['nics']): Server['nics'] {
    return Object.fromEntries(
      Object.entries(wanted).map(([nic, given]) => {
        // JavaScript puts a name that is a number before all others.
        if (!/^[a-z][\w-]*$/i.test(nic))
          addFinding(this, `it has a NIC named ${JSON.stringify(nic)}; begin with a letter, then use letters, digits, _ and -`); // prettier-ignore
        if (given instanceof FixedIpPort) return [nic, given];
        return [nic, new FixedIpPort(this, `Nic-${nic}`, { name: `${name}-${nic}`, ...given, tenant: this.tenant })];
      }),
    );
  }

  private checkDisk({ image, bootVolume }: ServerProps): void {
    if (image === undefined && bootVolume === undefined)
      addFinding(this, 'it has nothing to boot from; give it an image, or a bootVolume');
    if (image !== undefined && bootVolume !== undefined)
      addFinding(this, 'it has an image and a bootVolume, and boots from the volume; leave the image out');
    if (typeof bootVolume === 'string') checkReference(this, 'bootVolume', bootVolume, 'an id, or leave it out');
    if (!(bootVolume instanceof Volume)) return;
    const { path } = bootVolume.node;
    claim(this, `the server of volume ${path}`);
    if (bootVolume.tenant.key !== this.tenant.key)
      addFinding(this, `its bootVolume ${path} belongs to another tenant; make a Volume in this server's stack`);
    if (bootVolume.isEmpty)
      addFinding(this, `its bootVolume ${path} is empty; give that volume an imageId, a snapshotId or another source`);
  }
}

const bootFrom = (volume: Volume | string): ComputeInstanceV2Config['blockDevice'] => [
  {
    uuid: volume instanceof Volume ? volume.volumeId : volume,
    sourceType: 'volume',
    destinationType: 'volume',
    bootIndex: 0,
    deleteOnTermination: false,
  },
];
