/** A project's folder and Neutron's tables, as they were: tests that begin alike go back to there. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NeutronTables } from './neutron-tables';

export class ProjectCopies {
  private readonly above = mkdtempSync(join(tmpdir(), 'stackward-copies-'));
  private readonly rows = new Map<string, Awaited<ReturnType<NeutronTables['dump']>>>();

  constructor(
    private readonly folder: string,
    private readonly tables: NeutronTables,
  ) {}

  async keep(name: string): Promise<void> {
    cpSync(this.folder, join(this.above, name), { recursive: true });
    this.rows.set(name, await this.tables.dump());
  }

  /** @returns false if nothing of this name was kept */
  async goBackTo(name: string): Promise<boolean> {
    const rows = this.rows.get(name);
    if (rows === undefined) return false;
    for (const entry of readdirSync(this.folder)) rmSync(join(this.folder, entry), { recursive: true });
    cpSync(join(this.above, name), this.folder, { recursive: true });
    await this.tables.restore(rows);
    return true;
  }

  remove(): void {
    rmSync(this.above, { recursive: true });
  }
}
