/** A synthesized app in a folder of its own, whose stacks need Terraform's built-in provider alone. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface WrittenStack {
  readonly name: string;
  readonly dependsOn?: readonly string[];
  /** What cdk.tf.json has besides the backend. */
  readonly code: object;
}

export class TerraformFolder {
  readonly out: string;

  /** @param folder the project's folder; default: a new one */
  constructor(readonly folder = mkdtempSync(join(tmpdir(), 'stackward-app-'))) {
    this.out = join(folder, 'cdktf.out');
  }

  /** Writes the whole app anew, as synth does; a state stays. */
  write(stacks: readonly WrittenStack[]): void {
    mkdirSync(this.out, { recursive: true });
    const told = stacks.map(({ name, dependsOn = [] }) => [
      name,
      { name, workingDirectory: `stacks/${name}`, dependencies: dependsOn },
    ]);
    for (const { name, code } of stacks) {
      const backend = { local: { path: `../../../terraform.${name}.tfstate` } };
      mkdirSync(join(this.out, 'stacks', name), { recursive: true });
      const text = JSON.stringify({ terraform: { backend }, ...code });
      writeFileSync(join(this.out, 'stacks', name, 'cdk.tf.json'), text);
    }
    writeFileSync(join(this.out, 'manifest.json'), JSON.stringify({ stacks: Object.fromEntries(told) }));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A resource that is made when the shell's command ends. */
export const madeBy = (command: string, more: object = {}): object => ({
  input: 'x',
  provisioner: [{ 'local-exec': { command } }],
  ...more,
});
