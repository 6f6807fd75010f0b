// The record of the stages that are done stands in the lab's own MariaDB, beside the data that they made. Whatever is
// lost together (the last second before a crash, a wiped folder) is therefore done again together.
import { sql } from './command';
import type { Stage } from './declaration';
import type { Lab } from './environment';
import type { Step } from './graph';

const SET_UP = `CREATE DATABASE IF NOT EXISTS stackward_lab;
  CREATE TABLE IF NOT EXISTS stackward_lab.stage (name VARCHAR(64) PRIMARY KEY, done_with TEXT NOT NULL);
  SELECT name, done_with FROM stackward_lab.stage;`;

const quote = (text: string): string => `'${text.replaceAll(/['\\]/g, (found) => `\\${found}`)}'`;

export class StageRecord {
  readonly #lab: Lab;
  #rows: Promise<Map<string, string>> | undefined;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  step(stage: Stage): Step {
    return {
      name: stage.name,
      needs: stage.needs,
      run: async () => {
        const key = stage.key ?? '';
        if (stage.isDone?.() ?? (await this.#isDone(stage.name, key))) return false;
        await stage.run();
        if (!stage.isDone) await this.#write(stage.name, key);
        return true;
      },
    };
  }

  /** MariaDB runs when the first stage asks, because each stage needs it. */
  async #isDone(name: string, key: string): Promise<boolean> {
    this.#rows ??= sql(this.#lab, SET_UP).then(
      (lines) => new Map(lines.map((line) => [line.split('\t', 1)[0] ?? '', line.slice(line.indexOf('\t') + 1)])),
    );
    return (await this.#rows).get(name) === key;
  }

  async #write(name: string, key: string): Promise<void> {
    await sql(this.#lab, `REPLACE INTO stackward_lab.stage VALUES (${quote(name)}, ${quote(key)});`);
  }
}
