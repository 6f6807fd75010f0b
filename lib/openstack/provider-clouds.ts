/** Which entries of clouds.yaml the provider blocks of Terraform's code name. Pure. */

export interface ProviderBlock {
  readonly cloud?: string | undefined;
  readonly auth_url?: string | undefined;
}

/**
 * One for each provider that logs in by itself; undefined: it names no entry. A block with an address and no entry is a
 * tenant's provider. It logs in with an entry that another block names.
 */
export const cloudsOfProviders = (blocks: readonly ProviderBlock[]): (string | undefined)[] =>
  blocks.filter(({ cloud, auth_url: url }) => cloud !== undefined || url === undefined).map(({ cloud }) => cloud);
