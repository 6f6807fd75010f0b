/**
 * User data as text: decoded if it is base64, and searched for placeholders that nobody filled in.
 *
 * A placeholder is only a warning: `{{ range }}` may be another program's template, `%HOSTNAME%` a script's own.
 */
import { isUtf8 } from 'node:buffer';
import type { CloudConfig } from './cloud-config';
import { withoutTokens } from './terraform-text';

/**
 * True if the provider sends the text as it is, because Go's base64 decoder accepts it (with padding; line breaks are
 * ignored).
 */
export function isBase64(text: string): boolean {
  const packed = text.replace(/[\r\n]/g, '');
  return packed !== '' && packed.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(packed);
}

/** The text that the guest gets. An archive in base64 is not read. */
export function readUserData(text: string): string {
  if (!isBase64(text)) return text;
  const bytes = Buffer.from(text, 'base64');
  return isUtf8(bytes) ? bytes.toString('utf8') : '';
}

const braces = /\{\{\s*[A-Za-z_]\w*\s*\}\}/;
const others = [
  // At least three letters, because `date +%Y%m%d` is no placeholder.
  /%[A-Z][A-Z0-9_]{2,}%/,
  /<(CHANGE_?ME|TODO|FIXME|[A-Z][A-Z0-9]*(_[A-Z0-9]+)+)>/,
  /@@\w+@@/,
];

/**
 * Warnings for user data that somebody wrote by hand. cloud-init itself fills in a text that begins with `## template:
 * jinja`.
 */
export function userDataTextWarnings(text: string): readonly string[] {
  const read = readUserData(text);
  const isJinja = /^##\s*template:\s*jinja\s*(\n|$)/.test(read);
  return placeholdersIn(read, 'user data', isJinja ? others : [braces, ...others]);
}

/** Warnings for what a server gets beside its user data. Nova passes it on as it is, also where it is base64. */
export function serverTextWarnings(
  metadata: Readonly<Record<string, string>>,
  files: readonly { readonly file: string; readonly content: string }[],
): readonly string[] {
  const texts = [
    ...Object.entries(metadata).map(([key, value]) => [value, `metadata.${key}`] as const),
    ...files.map(({ file, content }, index) => [content, `personality[${String(index)}] (${file})`] as const),
  ];
  return texts.flatMap(([text, place]) => placeholdersIn(text, place, [braces, ...others]));
}

/** Warnings for all texts of a config, each with its place. */
export function cloudConfigWarnings(config: CloudConfig): readonly string[] {
  const texts: (readonly [text: string, place: string])[] = [
    ...(config.files ?? []).map(
      ({ path, content }, index) => [content, `user data: files[${String(index)}] (${path})`] as const,
    ),
    ...(config.packages ?? []).map((name, index) => [name, `user data: packages[${String(index)}]`] as const),
    ...(config.commands ?? []).flatMap((command, index) =>
      [command].flat().map((text) => [text, `user data: commands[${String(index)}]`] as const),
    ),
    ...(config.sshKeys ?? []).map((key, index) => [key, `user data: sshKeys[${String(index)}]`] as const),
    [config.cloudConfig ?? '', 'user data: cloudConfig'],
  ];
  return texts.flatMap(([text, place]) => placeholdersIn(text, place, [braces, ...others]));
}

function placeholdersIn(text: string, place: string, patterns: readonly RegExp[]): string[] {
  return withoutTokens(text)
    .split('\n')
    .flatMap((line, index) =>
      patterns.flatMap((pattern) => {
        const found = pattern.exec(line);
        return found
          ? [`${place}, line ${String(index + 1)}: ${found[0]} looks like a placeholder that nobody filled in`]
          : [];
      }),
    );
}
