import { Token } from 'cdktf';
import { Construct } from 'constructs';
import {
  BlockstorageVolumeV3,
  type BlockstorageVolumeV3Config,
} from '@cdktf/provider-openstack/lib/blockstorage-volume-v3';
import { ComputeVolumeAttachV2 } from '@cdktf/provider-openstack/lib/compute-volume-attach-v2';
import type { OpenstackProvider } from '@cdktf/provider-openstack/lib/provider';
import { defined } from '../lib/basics/defined';
import { isAtLeast } from '../lib/openstack/releases';
import { CloudStack } from './cloud-stack';
import type { IServer, ITenant } from './interfaces';
import { checkReference, checkTexts, requireProps } from './internal/check-props';
import { addFinding, claim, declarationsOf } from './internal/declarations';
import { tenantProvider } from './internal/tenant-provider';
import { Tenant } from './tenant';

export interface VolumeProps extends Pick<
  BlockstorageVolumeV3Config,
  | 'availabilityZone'
  | 'backupId'
  | 'description'
  | 'enableOnlineResize'
  | 'metadata'
  | 'region'
  | 'snapshotId'
  | 'timeouts'
> {
  /** @default the tenant of the stack */
  readonly tenant?: ITenant;
  /** @default the construct's id */
  readonly name?: string;
  /** Cinder can make a volume larger, and never smaller. */
  readonly sizeGiB: number;
  /** Name of a volume type. @default Cinder's own choice */
  readonly type?: string;
  /** Id of the image that is copied onto the volume. A change replaces the volume. @default an empty volume */
  readonly imageId?: string;
  /** Id of the volume that is copied. @default an empty volume */
  readonly sourceVolumeId?: string;
  /** The server that gets the volume as a further disk. For its root disk use the server's bootVolume. @default none */
  readonly attachedTo?: IServer;
}

/**
 * A volume of the tenant. The tenant's provider makes it, because Nova finds only volumes of the server's own project.
 *
 *     const root = new Volume(acme, 'Root', { sizeGiB: 20, imageId: '7d3c…' });
 *     const web = new Server(acme, 'Web', { bootVolume: root, … });
 *     new Volume(acme, 'Data', { sizeGiB: 100, attachedTo: web });
 */
export class Volume extends Construct {
  readonly resource: BlockstorageVolumeV3;
  readonly attachment: ComputeVolumeAttachV2 | undefined;
  readonly volumeId: string;
  readonly tenant: ITenant;
  /** True if nothing is copied onto the volume. */
  readonly isEmpty: boolean;

  constructor(scope: Construct, id: string, props: VolumeProps) {
    super(scope, id);
    requireProps(this, props, 'sizeGiB');
    checkTexts(this, props);
    const { tenant = Tenant.of(this), name = id, sizeGiB, type, sourceVolumeId, attachedTo, ...volume } = props;
    this.tenant = tenant;
    const provider = tenantProvider(this, tenant);
    this.resource = new BlockstorageVolumeV3(this, 'Volume', {
      ...volume,
      ...defined({ volumeType: type, sourceVolId: sourceVolumeId }),
      name,
      size: sizeGiB,
      provider,
      dependsOn: tenant.dependenciesFor(this, 'blockStorage'),
    });
    this.volumeId = this.resource.id;
    this.attachment = attachedTo && this.attach(attachedTo, provider, props);
    const counts = { volumes: 1, ...defined({ gigabytes: Token.isUnresolved(sizeGiB) ? undefined : sizeGiB }) };
    declarationsOf(this).add('uses', { tenant: tenant.key, counts });
    const { imageId, snapshotId, backupId } = volume;
    const given = Object.entries(defined({ imageId, snapshotId, backupId, sourceVolumeId }));
    for (const [prop, source] of given) checkReference(this, prop, source, 'an id, or leave it out');
    this.isEmpty = given.length === 0;
    this.check(sizeGiB, given.length);
  }

  private attach(server: IServer, provider: OpenstackProvider, { region }: VolumeProps): ComputeVolumeAttachV2 {
    claim(this, `the server of volume ${this.node.path}`);
    if (server.tenant.key !== this.tenant.key)
      addFinding(
        this,
        `its server ${server.node.path} belongs to another tenant; make the Volume in that server's stack`,
      );
    return new ComputeVolumeAttachV2(this, 'Attachment', {
      ...defined({ region }),
      instanceId: server.serverId,
      volumeId: this.volumeId,
      provider,
    });
  }

  private check(sizeGiB: number, sources: number): void {
    const { release } = CloudStack.of(this).cloud;
    if (!Token.isUnresolved(sizeGiB) && !(Number.isInteger(sizeGiB) && sizeGiB >= 1))
      addFinding(this, `its sizeGiB is ${String(sizeGiB)}; say a whole number from 1`);
    if (sources > 1)
      addFinding(this, 'it has several sources; leave one of imageId, snapshotId, sourceVolumeId and backupId');
    if (!isAtLeast(release, 'mitaka'))
      addFinding(
        this,
        `Cinder of ${release} has no API v3, which Terraform's provider needs for a volume; make the volume with \`cinder create\`, and name its id where a server needs it`,
      );
  }
}
