/** One example for each command, which its help shows. */
import type { Command } from 'commander';

const examples: Readonly<Record<string, string>> = {
  init: 'init --cloud my-cloud',
  import: 'import --project acme',
  synth: 'synth',
  review: 'review --format markdown --out review',
  plan: 'plan --stack acme --out acme.plan',
  apply: 'apply acme.plan',
  deploy: 'deploy --stack acme',
  verify: 'verify --both-halves',
  destroy: 'destroy --stack acme --both-halves',
  rollback: 'rollback last',
  runs: 'runs',
  'runs show': 'runs show last',
  run: 'run disable-compute cnode01 --reason "new mainboard" --plan',
  services: 'services',
  broker: 'broker --json',
  where: 'where nova-api --host ctl1',
  inventory: 'inventory --where host=cnode01 --csv',
  console: 'console web1 --open',
  doctor: 'doctor --only SW-1001',
  'doctor preflight': 'doctor preflight',
  trace: 'trace server web1',
  'trace floating-ip': 'trace floating-ip 198.51.100.7 --port 443',
  'trace packet': 'trace packet --from 0d5f6a4e-93c1-4a53-8a52-0c2d1f6a7b11 --to 10.0.0.9 --port 22',
  'trace port': 'trace port 0d5f6a4e-93c1-4a53-8a52-0c2d1f6a7b11',
  'trace server': 'trace server web1',
  provider: 'provider 3.4.0',
  explain: 'explain SW-1010',
  completion: 'completion bash',
};

/** `doctor preflight`: the names of the command, without that of the program. */
export const pathOf = (command: Command): string =>
  command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim();

/** Adds the example to the help of this command and of all commands below it. */
export function addExamples(command: Command): void {
  const example = examples[pathOf(command)];
  if (example !== undefined) command.addHelpText('after', `\nExample: stackward ${example}`);
  for (const each of command.commands) addExamples(each);
}
