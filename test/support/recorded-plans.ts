/** Plans of a real Terraform, test/fixtures/terraform. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCode } from '../../review/code';
import { parseTerraformPlan } from '../../review/terraform/plan-json';

export const recordedText = (name: string): string =>
  readFileSync(join(__dirname, '../fixtures/terraform', `${name}.json`), 'utf8');

/** @param name `opening.acme` */
export const recordedPlan = (name: string) => ({
  stack: name.split('.')[1] ?? '',
  plan: parseTerraformPlan(recordedText(`${name}.plan`), name),
  code: parseCode(recordedText(`${name}.code`), name),
});
