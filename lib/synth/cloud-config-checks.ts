/** Mistakes in a cloud-config, found before anything boots from it. Each is a sentence that names the place. */
import { lists, parseCloudConfig, renderCloudConfig, renderOurs, type CloudConfig } from './cloud-config';
import type { GuestFile, GuestNetwork, Nic } from './cloud-config-network';
import { InvalidConfiguration } from '../basics/errors';
import { isLinkLocal, networkOf, parseAddress } from '../net/ip-ranges';
import { isToken, withoutTokens } from './terraform-text';
import { isBase64, readUserData } from './user-data-text';

/** Nova refuses longer base64 of user data: `MAX_USERDATA_SIZE` in nova/compute/api.py, the same since Icehouse. */
export const longestUserData = 65_535;

/**
 * All mistakes, in the order of the props; [] if there are none. Never throws, whatever the config holds.
 * @param rendered the text of the same config, if it was rendered already
 */
export function cloudConfigFindings(config: CloudConfig, rendered = renderCloudConfig(config)): readonly string[] {
  const files = config.files ?? [];
  const findings = [
    ...hostnameFinding(config.hostname),
    ...networkFindings(config.network),
    ...files.flatMap((file, index) => fileFindings(file, `files[${String(index)}] (${file.path})`)),
    ...(config.packages ?? []).flatMap((name, index) => textFindings(name, `packages[${String(index)}]`)),
    ...(config.commands ?? []).flatMap((command, index) =>
      [command].flat().flatMap((text) => textFindings(text, `commands[${String(index)}]`)),
    ),
    ...(config.sshKeys ?? []).flatMap((key, index) => keyFindings(key, `sshKeys[${String(index)}]`)),
    ...rawFindings(config),
  ];
  const paths = writtenPaths(config);
  const twice = new Set(paths.filter((path, index) => paths.indexOf(path) !== index));
  for (const path of twice) findings.push(`${path} is written twice; keep one, because the last would win unseen`);
  return [...findings, ...sizeFindings(rendered)];
}

/**
 * Characters that ifupdown misreads in an interfaces(5) file, with line and column: a carriage return, a byte order
 * mark, a blank that is not ASCII (it belongs to the word then), and a `#` after other words (a comment needs its own
 * line).
 */
export function interfacesFindings(content: string, place: string): readonly string[] {
  return content.split('\n').flatMap((line, index) => {
    const placeOf = (column: number) => `${place}, line ${String(index + 1)}, column ${String(column + 1)}`;
    const blanks = [...line.matchAll(/[^\S\t\n\v\f\r ]|[\u200b\ufeff]/gu)].map(
      (match) => `${placeOf(match.index)}: ${codePoint(match[0])} is no ASCII blank; write a plain space or nothing`,
    );
    // A shell runs the command of `up …`, and a shell knows comments.
    const comment = /^\s*((pre-|post-)?(up|down)\s)/.test(line) ? null : /^\s*[^#\s].*?\s#/.exec(line);
    const trailing = comment
      ? [`${placeOf(comment[0].length - 1)}: a comment behind other words is read as words; give it its own line`]
      : [];
    return [...blanks, ...trailing];
  });
}

/** Mistakes in user data that somebody wrote by hand: a script, an appliance's own format, or either in base64. */
export function userDataTextFindings(text: string): readonly string[] {
  return [...textFindings(readUserData(text), 'user data'), ...sizeFindings(text)];
}

function hostnameFinding(hostname: string): string[] {
  const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/i;
  if (isToken(hostname) || hostname.split('.').every((part) => label.test(part))) return [];
  return [
    `the hostname ${JSON.stringify(hostname)} is none that DNS knows; use letters a-z, digits and hyphens, 63 at most`,
  ];
}

function networkFindings({ dhcp, bridge, nics }: GuestNetwork): string[] {
  const owned = [...(bridge?.members ?? []), ...nics];
  const all = [...(dhcp ? [dhcp] : []), ...owned];
  const macs = all.map((nic) => nic.macAddress.toLowerCase());
  const same = all.filter((_, index) => macs.indexOf(macs[index] ?? '') !== index);
  return [
    ...all.flatMap(macFindings),
    ...same.map((nic) => `NIC ${nic.name} has the MAC address of another NIC; give each port its own`),
    ...(bridge ? placeFindings(bridge, `bridge ${bridge.name}`) : []),
    ...nics.flatMap((nic) => [
      ...(nic.addresses?.length ? [] : [`NIC ${nic.name} is static and has no address; give it one with its length`]),
      ...placeFindings(nic, `NIC ${nic.name}`),
    ]),
  ];
}

function macFindings({ name, macAddress }: Nic): string[] {
  if (isToken(macAddress) || /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(macAddress)) return [];
  return [
    `NIC ${name}: ${JSON.stringify(macAddress)} is no MAC address; give the port's attribute, or write fa:16:3e:00:00:02`,
  ];
}

/** Mistakes in addresses and gateway. A text with a token is skipped, because only Terraform knows its value. */
function placeFindings(addresses: { addresses?: readonly string[]; gateway?: string }, place: string): string[] {
  const literal = (addresses.addresses ?? []).filter((address) => !isToken(address));
  const findings = literal.flatMap((address) => said(() => networkOf(address), place));
  if (addresses.gateway === undefined || isToken(addresses.gateway) || findings.length > 0) return findings;
  const gateway = addresses.gateway;
  return said(() => {
    const address = parseAddress(gateway);
    const isReached = isLinkLocal(address) || literal.some((own) => networkOf(own).version === address.version);
    if (!isReached && literal.length === (addresses.addresses ?? []).length)
      throw new InvalidConfiguration(
        `the gateway ${gateway} is of another family than its addresses; use one of theirs`,
      );
  }, place);
}

function said(check: () => unknown, place: string): string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof InvalidConfiguration) return [`${place}: ${error.detail}`];
    throw error;
  }
}

function fileFindings({ path, content, mode = '0644' }: GuestFile, place: string): string[] {
  const findings = [...textFindings(content, place)];
  if (!path.startsWith('/')) findings.push(`${place}: the path is not absolute; begin it with /`);
  if (!/^0?[0-7]{3,4}$/.test(mode)) {
    findings.push(`${place}: the mode ${JSON.stringify(mode)} is not octal; write it as '0644' or '0755'`);
  } else if ((parseInt(mode, 8) & 0o111) !== 0 && !content.startsWith('#!')) {
    findings.push(`${place}: it is executable and does not begin with #!; begin it with #!/bin/sh, or use mode '0644'`);
  }
  const isInterfaces = /^\/etc\/network\/interfaces($|\.d\/)/.test(path);
  return isInterfaces ? [...findings, ...interfacesFindings(content, place)] : findings;
}

function keyFindings(key: string, place: string): string[] {
  const findings = [...textFindings(key, place)];
  if (key.includes('\n')) findings.push(`${place}: it has more than one line; give each key an entry of its own`);
  if (key.includes('PRIVATE KEY')) findings.push(`${place}: it is a private key; give the public half, the .pub file`);
  return findings;
}

/** A carriage return, reported once per text with its first line. */
function textFindings(text: string, place: string): string[] {
  const lines = withoutTokens(text).split('\n');
  const returns = lines.flatMap((line, index) => (line.includes('\r') ? [String(index + 1)] : []));
  if (returns.length === 0) return [];
  const more = returns.length > 1 ? ` and ${String(returns.length - 1)} more` : '';
  return [
    `${place}, line ${returns[0] ?? ''}${more}: it ends in CRLF, which a shell takes for part of the word; save it with LF`,
  ];
}

function rawFindings(config: CloudConfig): string[] {
  const text = config.cloudConfig;
  if (text === undefined) return [];
  const place = 'cloudConfig';
  const findings = textFindings(text, place);
  const tab = text.split('\n').findIndex((line) => /^ *\t/.test(line));
  if (tab >= 0)
    findings.push(`${place}, line ${String(tab + 1)}: a tab stands in the indentation; YAML takes spaces only`);
  const { map, problems } = parseCloudConfig(text);
  if (tab < 0) for (const problem of problems) findings.push(`${place}: ${problem}`);
  const ours = renderOurs(config);
  for (const [key, value] of Object.entries(map)) {
    const isList = lists.some((list) => list === key);
    if (isList && !Array.isArray(value)) findings.push(`${place}: ${key} is no list; write it as a list`);
    if (!isList && (key in ours || key === 'fqdn'))
      findings.push(`${place}: ${key} is set by the server's own properties; leave it out`);
  }
  return findings;
}

function writtenPaths(config: CloudConfig): string[] {
  const more = parseCloudConfig(config.cloudConfig ?? '').map['write_files'];
  const files = [renderOurs(config)['write_files'], more].flatMap((list) =>
    Array.isArray(list) ? (list as unknown[]) : [],
  );
  return files.flatMap((file) => {
    const path = (file as { path?: unknown } | null)?.path;
    return typeof path === 'string' ? [path] : [];
  });
}

/** Tokens count as nothing, because their values are not known yet. */
function sizeFindings(rendered: string): string[] {
  const known = withoutTokens(rendered);
  const size = isBase64(rendered) ? rendered.length : Math.ceil(Buffer.byteLength(known) / 3) * 4;
  if (size <= longestUserData) return [];
  const without = known === rendered ? '' : ', not counting what Terraform fills in';
  return [
    `the user data is ${String(size)} bytes in base64${without}, and Nova takes ${String(longestUserData)}; fetch large files at boot`,
  ];
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
