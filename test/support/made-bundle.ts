/** A bundle as `review --out` writes it, of an app that needs no cloud. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inDependencyOrder, readApp } from '../../adapters/terraform/app';
import { findEngine } from '../../adapters/terraform/engine';
import { planTerraform } from '../../cli/both-halves';
import { writeBundle } from '../../cli/bundle-folder';
import { defined } from '../../lib/basics/defined';
import { sha256 } from '../../lib/basics/sha256';
import type { CommandFolder } from './command';
import type { TerraformFolder } from './terraform-folder';

export async function writeTestBundle(app: TerraformFolder, command: CommandFolder, folder: string): Promise<void> {
  const plans = mkdtempSync(join(tmpdir(), 'stackward-plans-'));
  try {
    const engine = await findEngine(process.env);
    const made = await planTerraform(inDependencyOrder(readApp(app.out)), plans, { engine, env: process.env });
    const ours = new Map<string, string>();
    for (const { stack, planned } of made) {
      if (planned?.manifest === undefined) continue;
      const [shown, saved] = [join(plans, `${stack.name}.json`), join(plans, `${stack.name}.saved`)];
      writeFileSync(shown, planned.json);
      await command.run(['plan', '--manifest', shown, '--out', saved]);
      ours.set(stack.name, readFileSync(saved, 'utf8'));
    }
    const stacks = made.map(({ stack, code, state, waitsFor, planned }) => ({
      name: stack.name,
      dependsOn: [...stack.dependsOn],
      code,
      ...defined({
        state: state && { lineage: state.lineage, serial: state.serial },
        waitsFor: waitsFor && [...waitsFor],
        plans: planned && {
          hasChanges: planned.hasChanges,
          terraform: sha256(readFileSync(planned.file)),
          ...defined({ ours: planned.manifest && sha256(ours.get(stack.name) ?? '') }),
        },
      }),
    }));
    const { name, version } = engine;
    writeBundle(
      folder,
      {
        made: new Date().toISOString(),
        by: 'ada@ci',
        version: '0.1.0',
        engine: { name, version },
        configuration: sha256(readFileSync(join(app.folder, 'stackward.yaml'), 'utf8')),
        stacks,
      },
      { terraform: new Map(made.flatMap(({ stack, planned }) => (planned ? [[stack.name, planned.file]] : []))), ours },
    );
  } finally {
    rmSync(plans, { recursive: true, force: true });
  }
}
