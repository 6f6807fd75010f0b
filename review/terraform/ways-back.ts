/** Says how a change by Terraform is undone, or why it can't be. Pure. */
import { count } from '../../lib/render/text';
import type { TerraformAction, WayBack } from '../model';
import type { Json } from './plan-json';
import { listAt, serverType, textAt } from './things';

/** Terraform's type → what is lost with the thing, as the end of "… is lost". */
const lost: Readonly<Record<string, string>> = {
  openstack_blockstorage_volume_v3: 'the data on the volume',
  openstack_compute_instance_v2: 'the disk of the server',
  openstack_compute_keypair_v2: 'a private key that Nova made',
  openstack_identity_application_credential_v3: 'the secret of the credential',
  openstack_identity_project_v3: 'the id of the project, with everything that still belongs to it,',
  openstack_identity_user_v3: 'the id and the password of the user',
  openstack_images_image_v2: 'the image',
  openstack_objectstorage_container_v1: 'the container with its objects',
};

export const revert = 'take the change out of the code, and deploy again';

const keyPairType = 'openstack_compute_keypair_v2';

/** Terraform's state has a private key only where Nova made it; a key whose public half the code gives loses nothing. */
const losesData = (type: string, before: Json | undefined): boolean =>
  holdsData(type) && (type !== keyPairType || textAt(before, 'private_key') !== undefined);

export const holdsData = (type: string): boolean => Object.hasOwn(lost, type);

interface About {
  /** True if the code gives a floating IP its address. */
  readonly hasGivenAddress: boolean;
  readonly isImported: boolean;
  /** True if it is replaced because an apply broke off while making it, so no change of the code is the cause. */
  readonly isTainted: boolean;
  readonly before: Json | undefined;
}

/** Terraform's state has the disks of a server as its code declares them; without one, the flavor's disk is its only one. */
function lostWith(type: string, before: Json | undefined): string {
  const kept = listAt(before, 'block_device').filter(
    (disk) => textAt(disk, 'destination_type') === 'volume' && !isSet(disk, 'delete_on_termination'),
  ).length;
  return type === serverType && kept > 0
    ? `everything of the server but ${count(kept, 'volume that stays', 'volumes that stay')}`
    : (lost[type] ?? 'the thing');
}

const isSet = (values: unknown, name: string): boolean => (values as Json)[name] === true;

export function wayBackOf(
  action: TerraformAction,
  type: string,
  { hasGivenAddress, isImported, isTainted, before }: About,
): WayBack {
  if (isImported && action === 'update')
    return {
      isPossible: true,
      how: 'deploy the values of before, then `terraform state rm`; taking it out of the code first destroys it',
    };
  switch (action) {
    case 'create':
      return { isPossible: true, how: `${revert}: Terraform deletes it` };
    case 'update':
    case 'move':
      return { isPossible: true, how: revert };
    case 'import':
      return { isPossible: true, how: 'remove it from the state with `terraform state rm`; the thing itself stays' };
    case 'forget':
      return { isPossible: true, how: 'import it into the state again; the thing itself stays' };
    case 'delete':
    case 'replace': {
      const again =
        action === 'replace' && !isTainted
          ? '. A later deploy without this change replaces the new one as well, and brings nothing back'
          : '';
      if (losesData(type, before))
        return { isPossible: false, why: `${lostWith(type, before)} is lost; back up what is needed first${again}` };
      if (type === 'openstack_networking_floatingip_v2' && !hasGivenAddress)
        return { isPossible: false, why: 'the address goes back to the pool, and any project may get it' };
      if (isTainted)
        return {
          isPossible: true,
          how: 'no change of the code replaces it, so none brings it back; `terraform untaint` before the deploy keeps it as it is',
        };
      if (type === keyPairType)
        return { isPossible: true, how: `${revert}: Terraform makes it again, of the same public key` };
      return { isPossible: true, how: `${revert}: Terraform makes it again, with another id` };
    }
  }
}
