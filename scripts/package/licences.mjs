// The licences of the libraries that a bundle contains.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param files paths of the bundled files, relative to `root`
 * @returns one section for each library, with its name, version and licence
 * @throws Error if a library comes without the text of its licence
 */
export function licencesOf(root, files) {
  const folders = new Set([...files].flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file) ?? []));
  const sections = [...folders].sort().map((folder) => sectionOf(join(root, folder)));
  return [...new Set(sections)].join(`\n${'-'.repeat(80)}\n\n`);
}

function sectionOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((each) => /^licen[cs]e(?:\.(?:md|txt))?$/i.test(each));
  if (file === undefined || !existsSync(join(folder, file))) throw new Error(`${name} has no text of its licence`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}
