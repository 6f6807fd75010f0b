/**
 * The credentials of a tenant's scoped provider if they come from clouds.yaml.
 *
 * Symptom: with `cloud` (or OS_CLOUD) the provider takes everything from the entry and ignores `tenant_id` beside it. A
 * server would be booted in the deployer's own project. This is so in 1.54.1 and in 3.4.0 (terraform-provider-openstack
 * issue 1269, gophercloud/utils issue 152).
 * How: Terraform itself reads the entry when it runs, in the provider's own search order. It gives the values to the
 * provider one by one, with `tenant_id` beside them. No secret gets into the code, the JSON, the plan or the state,
 * because Terraform stores no arguments of providers. This file can go when the provider lets `tenant_id` win over the
 * entry.
 * Given up: profiles (clouds-public.yaml), values by region, and application credentials, which Keystone binds to one
 * project. Use OS_* variables for these.
 */
import { isAbsolute } from 'node:path';
import { TerraformLocal } from 'cdktf';
import type { Construct } from 'constructs';
import type { OpenstackProviderConfig } from '@cdktf/provider-openstack/lib/provider';
import { InvalidConfiguration } from '../../lib/basics/errors';

/** Argument of the provider, and its key in the entry. */
const parts = {
  authUrl: 'auth_url',
  userName: 'username',
  userId: 'user_id',
  password: 'password',
  token: 'token',
  userDomainId: 'user_domain_id',
  userDomainName: 'user_domain_name',
  domainId: 'domain_id',
  domainName: 'domain_name',
  region: 'region_name',
  cacertFile: 'cacert',
} as const satisfies { [argument in keyof OpenstackProviderConfig]?: string };

export class Credentials extends TerraformLocal {
  /** Arguments for a provider that gets no `cloud`. */
  readonly providerConfig: OpenstackProviderConfig;

  /** @param cloud the entry's name in clouds.yaml */
  constructor(scope: Construct, id: string, cloud: string) {
    super(scope, id, entryExpression(cloud, scope.node.path));
    const local = `local.${this.friendlyUniqueId}`;
    this.providerConfig = {
      ...Object.fromEntries(Object.entries(parts).map(([to, from]) => [to, `\${try(${local}.${from}, null)}`])),
      insecure: `\${try(!${local}.verify, null)}` as unknown as boolean,
    };
  }
}

/** A Terraform expression for the entry. Keys below `auth`, also those of secure.yaml, are lifted to its top level. */
function entryExpression(cloud: string, where: string): string {
  const clouds = process.env['OS_CLIENT_CONFIG_FILE'];
  if (clouds && !isAbsolute(clouds))
    throw new InvalidConfiguration(
      `OS_CLIENT_CONFIG_FILE is ${clouds}, and Terraform runs in another folder; write the absolute path`,
      { where },
    );
  const found = (name: string, first: readonly string[] = []) => {
    const folders = ['', '~/.config/openstack/', '/etc/openstack/'];
    const files = [...first, ...['yaml', 'yml'].flatMap((end) => folders.map((folder) => `${folder}${name}.${end}`))];
    return (
      `try([for name in ${JSON.stringify(files)} : yamldecode(${quoted('file(pathexpand(name))')}) ` +
      `if fileexists(pathexpand(name))][0].clouds[${JSON.stringify(cloud)}], {})`
    );
  };
  const entries = [found('clouds', clouds ? [clouds] : []), found('secure')];
  return `\${sensitive(merge([for entry in [${entries.join(', ')}] : merge(entry, try(entry.auth, {}))]...))}`;
}

/** Keys whose value is text: plain YAML that would be read as something else gets quotes. */
const texts = Object.values(parts).filter((key) => key !== 'cacert').join('|'); // prettier-ignore
const retyped = '(?:[-+.0-9][-+.:0-9A-Za-z_]*|(?i:true|false|yes|no|on|off|y|n))';
const plainText = `/(?m)(^|[{,])([ \t]*(?:${texts}):[ \t]+)(${retyped})([ \t]*(?:[,}]|(?:#.*)?\r?$))/`;

/**
 * Terraform's `yamldecode` reads `yes` as true and `1.10` as 1.1. The provider's own reader keeps the text, so quotes
 * are put around it here. The replacement runs twice, because a match takes the comma that the next match on the line
 * needs.
 */
function quoted(text: string): string {
  const once = (inner: string) => `replace(${inner}, ${JSON.stringify(plainText)}, "$1$2'$3'$4")`;
  return once(once(text));
}
