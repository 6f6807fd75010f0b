/** The files by which a forge reviews and deploys a project (docs/ci.md). Pure. */
export const forges = ['github', 'gitlab'] as const;
export type Forge = (typeof forges)[number];

const workflows: Readonly<Record<Forge, readonly [path: string, source: string]>> = {
  github: ['.github/workflows/stackward.yml', 'github/stackward.yml'],
  gitlab: ['.gitlab-ci.yml', 'gitlab/.gitlab-ci.yml'],
};

/**
 * Path in the project → text.
 * @param copied path below docs/ci → text
 */
export function ciFilesOf(forge: Forge, copied: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const [path, source] = workflows[forge];
  const workflow = copied.get(source);
  if (workflow === undefined) throw new Error(`the package lacks docs/ci/${source}; install it again`);
  const files = new Map([[path, workflow]]);
  const others = forges.filter((each) => each !== forge);
  for (const [name, text] of copied)
    if (name.startsWith('scripts/') && !others.some((each) => name.endsWith(`-${each}.sh`)))
      files.set(name.replace('scripts/', 'ci/'), text);
  return files;
}
