/**
 * User data of a UTM as cloud-init reads it, from 0.7.5 (Ubuntu 14.04) on.
 *
 *     const config: CloudConfig = {
 *       hostname: deriveHostname('jingoo_utm', 'icehouse'),
 *       network: { dhcp: guest, bridge: { name: 'br0', members: [green, orange], addresses: ['10.1.0.254/24'] }, nics: [red] },
 *       packages: ['nftables'],
 *     };
 *     cloudConfigFindings(config)   // sentences, in cloud-config-checks.ts; [] if nothing is wrong
 *     renderCloudConfig(config)     // the text for the guest, with tokens still in it
 *
 * Constructs use `constructs/internal/user-data.ts`, which knows green and orange and escapes texts for Terraform. The
 * network is configured by files that run at every boot (cloud-config-network.ts says why). Packages, files, keys and
 * commands are for the first boot, as cloud-init handles them.
 *
 * WARNING: user data is no place for secrets. The metadata service gives it to every process in the guest, Nova keeps
 * it in its database, and Terraform in its state.
 */
import { defined } from '../basics/defined';
import { Document, parseDocument, visit, type Tags } from 'yaml';
import { boundsFault, valueIn } from '../basics/yaml-text';
import { renderNetworkFiles, type GuestFile, type GuestNetwork } from './cloud-config-network';

export interface CloudConfigExtras {
  /** Installed at the first boot, after the package lists were fetched. Default: none. */
  readonly packages?: readonly string[];
  /** Written at the first boot, before packages are installed. Default: none. */
  readonly files?: readonly GuestFile[];
  /** Run at the first boot after files and packages: a string by the shell, a list as argv. Default: none. */
  readonly commands?: readonly (string | readonly string[])[];
  /** Public keys of the image's default user, one line each. Default: none besides the server's key pair. */
  readonly sshKeys?: readonly string[];
  /**
   * Further cloud-config as YAML. Its lists are appended to the lists above, its other keys are taken as they are.
   * Default: nothing.
   */
  readonly cloudConfig?: string;
}

export interface CloudConfig extends CloudConfigExtras {
  /** As Nova derives the hostname: see deriveHostname. */
  readonly hostname: string;
  readonly network: GuestNetwork;
}

/** Keys that `cloudConfig` may extend. It must not name any other key that is rendered here. */
export const lists = ['write_files', 'packages', 'runcmd', 'ssh_authorized_keys'] as const;

/** A tab, a broken or a repeated key in `cloudConfig` is left out here and named by `cloudConfigFindings`. */
export function renderCloudConfig(config: CloudConfig): string {
  const ours = renderOurs(config);
  const more = parseCloudConfig(config.cloudConfig ?? '').map;
  const merged: Record<string, unknown> = { ...ours, ...more, ...ours };
  for (const key of lists) {
    const both = [ours[key], more[key]].filter((list) => Array.isArray(list)).flat();
    if (both.length > 0) merged[key] = both;
  }
  return `#cloud-config\n${renderYaml(merged)}`;
}

/** YAML 1.1 without one of its tags. */
const yaml11 = (without: 'merge' | 'timestamp') => ({
  version: '1.1' as const,
  customTags: (tags: Tags) =>
    tags.filter((tag) => typeof tag === 'string' || tag.tag !== `tag:yaml.org,2002:${without}`),
});

/**
 * Text is always quoted or a block, because cloud-init's parser reads `yes`, `0644`, `1:30` and `=` as other types
 * (YAML 1.1).
 */
function renderYaml(value: unknown): string {
  const document = new Document(value, { ...yaml11('merge'), aliasDuplicateObjects: false });
  visit(document, {
    Scalar(key, scalar) {
      if (key !== 'key' && typeof scalar.value === 'string')
        // A block whose first line is blank loses that line's blanks (yaml 2.9, PyYAML).
        scalar.type = /^[^\S\n]*\S.*\n/.test(scalar.value) ? 'BLOCK_LITERAL' : 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0 });
}

/** The keys that are made from the props. `cloudConfig` must not contradict them. */
export function renderOurs(config: CloudConfig): Readonly<Record<string, unknown>> {
  const files = [...renderNetworkFiles(config.hostname, config.network), ...(config.files ?? [])];
  return {
    hostname: config.hostname,
    preserve_hostname: false,
    // Debian's images say true, and cloud-init would then write /etc/hosts anew at every boot.
    manage_etc_hosts: false,
    write_files: files.map(({ path, mode, content }) => ({ path, permissions: mode ?? '0644', content })),
    ...defined({
      package_update: config.packages?.length ? true : undefined,
      packages: config.packages?.length ? config.packages : undefined,
      ssh_authorized_keys: config.sshKeys?.length ? config.sshKeys : undefined,
      runcmd: config.commands?.length ? config.commands : undefined,
    }),
  };
}

export interface ParsedCloudConfig {
  readonly map: Readonly<Record<string, unknown>>;
  /** Mistakes that the parser found, with their places. */
  readonly problems: readonly string[];
}

/**
 * Parses `cloudConfig` as YAML 1.1; a date stays the text that was written. Wrong YAML gives an empty map and the
 * problems.
 */
export function parseCloudConfig(text: string): ParsedCloudConfig {
  if (text === '') return { map: {}, problems: [] };
  const fault = boundsFault(text, 'more cloud-config');
  if (fault !== undefined) return { map: {}, problems: [fault] };
  const document = parseDocument(text, yaml11('timestamp'));
  const problems = document.errors.map((error) => error.message.split('\n')[0] ?? error.message);
  if (problems.length > 0) return { map: {}, problems };
  const value = valueIn(document);
  if (value === undefined) return { map: {}, problems: ["its anchors can't be followed; write out what is meant"] };
  if (value === null) return { map: {}, problems };
  if (typeof value !== 'object' || Array.isArray(value))
    return { map: {}, problems: ['it is no map of keys at its top level'] };
  return { map: value as Record<string, unknown>, problems };
}
