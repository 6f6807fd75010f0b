/** Files of ifupdown on a host, and the scripts that it runs: in at most three round trips. */
import { valueOf, type HostDigest, type HostReader, type Outcome } from '../lib/hosts/host';
import type { ToldText } from '../lib/hosts/service-answers';
import { parseInterfaces, type InterfacesFile } from '../lib/interfaces/file';
import { read, untried, type Looked } from './looked';
import { isUnknownThere, olderProgram } from './older-program';

export interface ReadInterfaces {
  readonly path: string;
  readonly file: Looked<InterfacesFile>;
}

export interface ReadScript {
  readonly path: string;
  /** The beginning of the file, up to 512 bytes, each as a character. */
  readonly head: string;
}

export interface HostFiles {
  readonly interfaces: readonly ReadInterfaces[];
  readonly scripts: readonly ReadScript[];
}

const main = '/etc/network/interfaces';
const folder = '/etc/network/interfaces.d';
const scriptFolders = ['if-pre-up.d', 'if-up.d', 'if-down.d', 'if-post-down.d'].map((name) => `/etc/network/${name}`);
/** Of one host. */
const maxFiles = 200;

const noIfupdown = `there is no ${main}: another program than ifupdown sets the interfaces`;
const tooOldForFiles = `${olderProgram('does not read such files without their secrets')} (docs/hosts.md)`;

/** Why nothing was read; else what was. */
export async function readHostFiles(host: HostReader): Promise<Looked<HostFiles>> {
  const [text, ...folders] = await host.read([
    { verb: 'read-interfaces', path: main },
    ...[folder, ...scriptFolders].map((path) => ({ verb: 'list-folder', path }) as const),
  ]);
  if (isUnknownThere(text)) return untried(tooOldForFiles);
  if (!valueOf(text).exists) return untried(noIfupdown);
  const [more = [], ...scripts] = folders.map((answer, index) => {
    const path = [folder, ...scriptFolders][index] ?? '';
    const files = answer.ok ? answer.value.entries.filter(({ kind }) => kind !== 'folder') : [];
    return files.map(({ name }) => `${path}/${name}`);
  });
  const paths = more.filter((path) => !/\/\.|~$/.test(path)).slice(0, maxFiles);
  const answers =
    paths.length === 0 ? [] : await host.read(paths.map((path) => ({ verb: 'read-interfaces', path }) as const));
  const interfaces = [
    interfacesOf(main, text),
    ...answers.map((answer, index) => interfacesOf(paths[index] ?? '', answer)),
  ];
  const named = interfaces.flatMap(({ file }) => (file.isRead ? file.value.programs : []));
  return read({
    interfaces,
    scripts: await readScripts(host, [...new Set([...scripts.flat(), ...named])].slice(0, maxFiles)),
  });
}

function interfacesOf(path: string, answer: Outcome<ToldText>): ReadInterfaces {
  if (!answer.ok) return { path, file: { isRead: false, why: answer.error.message, wasTried: true } };
  const text = answer.value.exists ? answer.value.text : '';
  return { path, file: { isRead: true, value: parseInterfaces(text) } };
}

async function readScripts(host: HostReader, paths: readonly string[]): Promise<readonly ReadScript[]> {
  if (paths.length === 0) return [];
  const answers: readonly Outcome<HostDigest>[] = await host.read(
    paths.map((path) => ({ verb: 'digest-file', path }) as const),
  );
  return answers.flatMap((answer, index) =>
    answer.ok && answer.value.exists
      ? [{ path: paths[index] ?? '', head: Buffer.from(answer.value.head, 'base64').toString('latin1') }]
      : [],
  );
}
