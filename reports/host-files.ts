/** Reads the files of ifupdown on a host and the scripts that ifupdown runs, in at most three round trips. */
import type { HostFolder, HostReader, Outcome } from '../lib/hosts/host';
import type { ToldText } from '../lib/hosts/service-answers';
import { parseInterfaces, type InterfacesFile } from '../lib/interfaces/file';
import { failed, mapLooked, read, toldBy, untried, type Looked, type Unread } from './looked';
import { isUnknownThere, olderProgram } from '../lib/hosts/older-program';

export interface ReadInterfaces {
  readonly path: string;
  readonly file: Looked<InterfacesFile>;
}

export interface ReadScript {
  readonly path: string;
  /** The beginning of the file, up to 512 bytes; each character is one byte. */
  readonly head: Looked<string>;
}

export interface HostFiles {
  readonly interfaces: readonly ReadInterfaces[];
  readonly scripts: readonly ReadScript[];
  /** Folders that couldn't be listed, and how many files were left out because a list was too long. */
  readonly missed: readonly { readonly what: string; readonly look: Unread }[];
}

const main = '/etc/network/interfaces';
const folder = '/etc/network/interfaces.d';
const scriptFolders = ['if-pre-up.d', 'if-up.d', 'if-down.d', 'if-post-down.d'].map((name) => `/etc/network/${name}`);
/** For one host, at most this number of interface files, and of scripts. */
export const maxFiles = 200;

const noIfupdown = `there is no ${main}: another program than ifupdown sets the interfaces`;
const tooOldForFiles = `${olderProgram('does not read such files without their secrets')} (docs/hosts.md)`;

interface Listed {
  readonly path: string;
  readonly files: Looked<readonly string[]>;
}

/** Unread (with the reason) if the host has no ifupdown files, or its host program can't read them. */
export async function readHostFiles(host: HostReader): Promise<Looked<HostFiles>> {
  const [text, ...answers] = await host.read([
    { verb: 'read-interfaces', path: main },
    ...[folder, ...scriptFolders].map((path) => ({ verb: 'list-folder', path }) as const),
  ]);
  if (isUnknownThere(text)) return untried(tooOldForFiles);
  if (text.ok && !text.value.exists) return untried(noIfupdown);
  const folders = [folder, ...scriptFolders].map((path, index) => listOf(path, answers[index]));
  const [more, ...scripts] = folders.map(({ files }) => (files.isRead ? files.value : []));
  const wanted = boundOf((more ?? []).filter((path) => !/\/\.|~$/.test(path)));
  const interfaces = [interfacesOf(main, text), ...(await readInterfaces(host, wanted.files))];
  const named = interfaces.flatMap(({ file }) => (file.isRead ? file.value.programs : []));
  const programs = boundOf([...new Set([...scripts.flat(), ...named])]);
  return read({
    interfaces,
    scripts: await readScripts(host, programs.files),
    missed: [
      ...folders.flatMap(({ path, files }) => (files.isRead ? [] : [{ what: path, look: files }])),
      ...cutOf(`files of ${folder}`, wanted),
      ...cutOf('scripts', programs),
    ],
  });
}

interface Bound {
  readonly files: readonly string[];
  readonly left: number;
}

const boundOf = (paths: readonly string[]): Bound => ({
  files: paths.slice(0, maxFiles),
  left: Math.max(0, paths.length - maxFiles),
});

const cutOf = (what: string, { left }: Bound): HostFiles['missed'] =>
  left === 0 ? [] : [{ what: `${left} more ${what}`, look: failed(`stackward reads the first ${maxFiles} of a host`) }];

function listOf(path: string, answer: Outcome<HostFolder> | undefined): Listed {
  const files = mapLooked(toldBy(answer), ({ entries }) =>
    entries.filter(({ kind }) => kind !== 'folder').map(({ name }) => `${path}/${name}`),
  );
  return { path, files };
}

const interfacesOf = (path: string, answer: Outcome<ToldText> | undefined): ReadInterfaces => ({
  path,
  file: mapLooked(toldBy(answer), (text) => parseInterfaces(text.exists ? text.text : '')),
});

async function readInterfaces(host: HostReader, paths: readonly string[]): Promise<readonly ReadInterfaces[]> {
  if (paths.length === 0) return [];
  const answers = await host.read(paths.map((path) => ({ verb: 'read-interfaces', path }) as const));
  return paths.map((path, index) => interfacesOf(path, answers[index]));
}

/** Scripts that don't exist are left out. */
async function readScripts(host: HostReader, paths: readonly string[]): Promise<readonly ReadScript[]> {
  if (paths.length === 0) return [];
  const answers = await host.read(paths.map((path) => ({ verb: 'digest-file', path }) as const));
  return paths.flatMap((path, index) => {
    const digest = toldBy(answers[index]);
    if (digest.isRead && !digest.value.exists) return [];
    const head = mapLooked(digest, (file) => (file.exists ? Buffer.from(file.head, 'base64').toString('latin1') : ''));
    return [{ path, head }];
  });
}
