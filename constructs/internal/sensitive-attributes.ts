/**
 * References to sensitive attributes in the manifest. Terraform refuses them only when it plans ("Output refers to
 * sensitive values"), and then names neither the construct nor the field.
 */
import { TerraformVariable } from 'cdktf';
import type { Declarations } from './declarations';
import { resolveIn } from './resolve';
import type { SynthFinding } from '../../lib/synth/synth-finding';

/**
 * Attributes of the provider 1.54.1 and 3.4.0, as `type.attribute`. test/constructs/manifest.test.ts compares them with
 * the schema.
 */
export const sensitiveAttributes = [
  'openstack_blockstorage_volume_attach_v2.data',
  'openstack_blockstorage_volume_attach_v3.data',
  'openstack_compute_instance_v2.admin_pass',
  'openstack_compute_keypair_v2.private_key',
  'openstack_containerinfra_cluster_v1.kubeconfig',
  'openstack_db_instance_v1.password',
  'openstack_db_user_v1.password',
  'openstack_identity_application_credential_v3.secret',
  'openstack_identity_auth_scope_v3.token_id',
  'openstack_identity_ec2_credential_v3.secret',
  'openstack_identity_user_v3.password',
  'openstack_images_image_v2.image_source_password',
  'openstack_keymanager_secret_v1.payload',
  'openstack_networking_bgp_peer_v2.password',
  'openstack_objectstorage_tempurl_v1.key',
  'openstack_objectstorage_tempurl_v1.url',
  'openstack_sharedfilesystem_securityservice_v2.password',
  'openstack_sharedfilesystem_share_access_v2.access_key',
] as const;

/**
 * Matches the attribute in an expression of the same stack, and in the name of the output that cdktf makes for another
 * stack.
 */
const patterns = sensitiveAttributes.map((name) => {
  const [type = '', attribute = ''] = name.split('.');
  return { name, pattern: new RegExp(`${type}[\\w.\\[\\]-]*?${attribute}(?![\\w.-])`) };
});

export function sensitiveFindings({ stack, resources }: Declarations): SynthFinding[] {
  if (resources.size === 0) return [];
  const variables = stack.node
    .findAll()
    .filter((node): node is TerraformVariable => node instanceof TerraformVariable && node.sensitive === true)
    .map((variable) => ({
      name: `variable ${variable.friendlyUniqueId}`,
      pattern: new RegExp(`var\\.${variable.friendlyUniqueId}\\b`),
    }));
  return [...resources].flatMap(([path, { spec }]) => {
    const text = JSON.stringify(resolveIn(stack, spec));
    return [...patterns, ...variables]
      .filter(({ pattern }) => pattern.test(text))
      .map(({ name }) => ({
        path,
        message: `its declaration refers to ${name}, which is sensitive; people read the manifest, so refer to an id instead`,
      }));
  });
}
