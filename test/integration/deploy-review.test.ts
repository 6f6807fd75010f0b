/** `deploy` and `review` say the same of one change, and the rules of stackward.yaml bind both. */
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../lib/basics/sha256';
import type { CommandFolder, Ended } from '../support/command';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { alikeTest } from '../support/moments';
import type { MadeSubnet, NeutronTables } from '../support/neutron-tables';
import { openPoolCommand } from '../support/pool-command';
import { TerraformFolder } from '../support/terraform-folder';
import { writeTwoStacks, type Shape } from '../support/two-stacks';

let mariadb: Mariadb;
let command: CommandFolder;
let tables: NeutronTables;
let red: MadeSubnet;
let blue: MadeSubnet;
let app: TerraformFolder;
let settings: string;

const write = (shape: Shape = {}): void => writeTwoStacks(app, red, blue, shape);
const review = (...more: string[]): Promise<Ended> => command.run(['review', '--no-synth', ...more]);
const deploy = (...more: string[]): Promise<Ended> => command.run(['deploy', '--no-synth', ...more]);
const file = (name: string): string => join(app.folder, name);
const oneLine = (text: string): string => text.replace(/\s+/g, ' ');
const bothPools = async () => [await tables.pools(red), await tables.pools(blue)];
const isApplied = (stack: string, name: string): boolean =>
  readFileSync(file(`terraform.${stack}.tfstate`), 'utf8').includes(`"name": "${name}"`);

/** One world for all tests: both stacks are applied, with the red pool to .29 and the blue pool to .29. */
beforeAll(async () => {
  mariadb = await startMariadb();
  ({ command, tables, red, blue } = await openPoolCommand(mariadb));
  const { TERRAFORM_BINARY_NAME = 'terraform', TF_CLI_CONFIG_FILE = '' } = process.env;
  command.env = { ...command.env, TERRAFORM_BINARY_NAME, TF_CLI_CONFIG_FILE };
  app = new TerraformFolder(command.folder);
  settings = readFileSync(file('stackward.yaml'), 'utf8');
  write();
  expect(await deploy('--auto-approve')).toMatchObject({ code: 0, stderr: '' });
});
afterAll(async () => {
  command.remove();
  await mariadb.stop();
});
beforeEach(() => writeFileSync(file('stackward.yaml'), settings));
afterEach(() => rmSync(file('bundle'), { recursive: true, force: true }));

const asBefore = [['10.0.1.10-10.0.1.29'], ['10.0.2.10-10.0.2.29']];

/** Changes what the bundle's review says, and its digest. */
function forgeReview(fields: object): void {
  const text = readFileSync(file('bundle/review.json'), 'utf8');
  const forged = JSON.stringify({ ...(JSON.parse(text) as object), ...fields });
  const bundle = readFileSync(file('bundle/bundle.json'), 'utf8');
  expect(bundle).toContain(sha256(text));
  writeFileSync(file('bundle/review.json'), forged);
  writeFileSync(file('bundle/bundle.json'), bundle.replace(sha256(text), sha256(forged)));
}

test('a risk that stackward.yaml forbids is refused with a bundle, with a bundle whose risks somebody removed, and without, and nothing is done', async () => {
  appendFileSync(file('stackward.yaml'), 'review:\n  policy:\n    - risk: widens-pool\n      forbidden: true\n');
  write({ end: '10.0.1.39', acme: { forbidden: { input: 'x' } } });
  expect((await review('--out', 'bundle')).code).toBe(1);
  for (const bundle of [[], ['bundle']]) {
    const { code, stderr } = await deploy(...bundle, '--auto-approve');
    expect([code, oneLine(stderr)]).toEqual([
      1,
      expect.stringContaining(
        'stackward.yaml forbids what this change does: widens-pool at shared/Red/AllocationPools of stack shared; change the code or the policy, then review again',
      ),
    ]);
  }
  expect([await bothPools(), isApplied('acme', 'forbidden')]).toEqual([asBefore, false]);
  forgeReview({ risks: [], acknowledged: [] });
  expect(oneLine((await deploy('bundle', '--auto-approve')).stderr)).toContain('forbids what this change does: widens-pool'); // prettier-ignore
  expect(await bothPools()).toEqual(asBefore);
  // The stack acme alone has no such risk.
  expect((await deploy('bundle', '--stack', 'acme')).stderr).toContain('approval is needed');
});

test('a risk that only the values after Terraform show is forbidden then, or left where it needs an approval', async () => {
  const widened = (id: string) => ({
    end: '10.0.1.39',
    shared: { subnet: { input: red.id, triggers_replace: id } },
  });
  const rule = (said: string) =>
    writeFileSync(file('stackward.yaml'), `${settings}review:\n  policy:\n    - risk: widens-pool\n      ${said}\n`);
  rule('forbidden: true');
  write(widened('a'));
  const forbidden = await deploy('--auto-approve');
  expect([forbidden.code, oneLine(forbidden.stdout)]).toEqual([
    1,
    expect.stringContaining("stackward.yaml forbids the risk widens-pool, which this step turned out to have after Terraform's half"), // prettier-ignore
  ]);
  rule('needs: [ada]');
  write(widened('b'));
  const left = await deploy('--auto-approve');
  expect([left.code, oneLine(left.stdout)]).toEqual([
    2,
    expect.stringContaining("the risk widens-pool after Terraform's half, which nobody reviewed, and is left alone"),
  ]);
  expect(await bothPools()).toEqual(asBefore);
  write();
  expect((await deploy('--auto-approve')).code).toBe(0);
});

test('before the question deploy shows what the review says, and who has to approve which risk', async () => {
  appendFileSync(
    file('stackward.yaml'),
    'review:\n  policy:\n    - risk: widens-pool\n      needs: [network team, ada]\n',
  );
  write({ end: '10.0.1.39' });
  const reviewed = await review('--out', 'bundle');
  expect(reviewed.code).toBe(2);
  const upToReach = reviewed.stdout.slice(0, reviewed.stdout.indexOf('Reach: ')).replace(/Made .*/, '');
  expect(upToReach).toContain('Needs attention');
  for (const bundle of [[], ['bundle']]) {
    const { code, stdout, stderr } = await deploy(...bundle);
    expect([code, stderr]).toEqual([1, expect.stringContaining('approval is needed')]);
    expect(stdout.replace(/Made .*/, '')).toContain(upToReach);
    expect(stdout).toMatch(
      /\nApproval is needed, which nobody can check here:\n {2}widens-pool at shared\/Red\/AllocationPools: network team, ada\n$/,
    );
  }
});

test('nothing is done of a stack that could not be reviewed, with a bundle and without, and other stacks are done', async () => {
  // .12 of the blue subnet is in use.
  write({ blueEnd: '10.0.2.11', shared: { first: { input: 'x' } }, acme: { unread: { input: 'x' } } });
  expect((await review('--out', 'bundle')).code).toBe(1);
  for (const bundle of [['bundle'], []]) {
    const { code, stdout } = await deploy(...bundle, '--auto-approve');
    expect(code).toBe(1);
    expect(stdout).toContain('not reviewed: acme');
  }
  expect([await bothPools(), isApplied('shared', 'first'), isApplied('acme', 'unread')]).toEqual([
    asBefore,
    true,
    false,
  ]);
});

alikeTest(
  "nothing is done of a stack whose Terraform plan failed in the review, and deploy says Terraform's words",
  async () => {
    write({ acme: { broken: { input: '${terraform_data.absent.id}' } } });
    expect((await review('--out', 'bundle')).code).toBe(1);
    const told = expect.stringContaining('Reference to undeclared resource') as string;
    for (const terraform of ['done', 'unchanged']) {
      const { code, stdout } = await deploy('bundle', '--auto-approve', '--json');
      expect([code, JSON.parse(stdout)]).toMatchObject([
        1,
        {
          stacks: { shared: { terraform }, acme: { terraform: 'left', stackward: 'left' } },
          problems: [{ stack: 'acme', message: told }],
          exitCode: 1,
        },
      ]);
    }
    const { code, stdout } = await deploy('bundle', '--auto-approve');
    expect([code, oneLine(stdout)]).toEqual([1, told]);
    expect(isApplied('acme', 'broken')).toBe(false);
  },
);

alikeTest('a bundle whose review.json is another is refused', async () => {
  write({ end: '10.0.1.39' });
  await review('--out', 'bundle');
  appendFileSync(file('bundle/review.json'), ' ');
  expect((await deploy('bundle', '--auto-approve')).stderr).toContain(
    'review.json: it is missing, or it is not the file of this review; review again',
  );
  expect(await bothPools()).toEqual(asBefore);
});

describe('where a bundle shows less than there is to do, deploy does not say that all is as the code says', () => {
  const isLeft = async (...more: string[]): Promise<string> => {
    const { code, stdout } = await deploy('bundle', '--auto-approve', ...more);
    expect(stdout).not.toContain('as the code says');
    expect(code).not.toBe(0);
    return oneLine(stdout);
  };
  const forge = (change: (plans: { ours?: string }) => void): void => {
    const bundle = JSON.parse(readFileSync(file('bundle/bundle.json'), 'utf8')) as { stacks: { name: string; plans: object }[] }; // prettier-ignore
    for (const { name, plans } of bundle.stacks) if (name === 'shared') change(plans);
    writeFileSync(file('bundle/bundle.json'), JSON.stringify(bundle));
  };

  test('since a pool was changed after the review', async () => {
    write();
    await deploy('--auto-approve');
    expect((await review('--out', 'bundle')).code).toBe(0);
    await tables.moveEnd(blue, '10.0.2.24');
    expect(await isLeft()).toContain(
      'Left: allocation-pool.acme/Blue/AllocationPools@database:neutron, which the bundle does not show; review again.',
    );
    const ended = await deploy('bundle', '--json', '--auto-approve');
    expect([ended.code, JSON.parse(ended.stdout)]).toEqual([
      2,
      {
        formatVersion: '1.0',
        command: 'deploy',
        stacks: {
          shared: { terraform: 'unchanged', stackward: 'unchanged' },
          acme: { terraform: 'unchanged', stackward: 'left' },
        },
        problems: [
          {
            stack: 'acme',
            half: 'stackward',
            message:
              'allocation-pool.acme/Blue/AllocationPools@database:neutron, which the bundle does not show; review again',
          },
        ],
        exitCode: 2,
      },
    ]);
    expect((await deploy('--auto-approve')).code).toBe(0);
  });

  alikeTest('since somebody took the steps out of it', async () => {
    write({ end: '10.0.1.39' });
    await review('--out', 'bundle');
    forge((plans) => {
      const ours = JSON.parse(readFileSync(file('bundle/shared.plan.json'), 'utf8')) as object;
      writeFileSync(file('bundle/shared.plan.json'), JSON.stringify({ ...ours, steps: [] }));
      plans.ours = sha256(readFileSync(file('bundle/shared.plan.json')));
    });
    expect(await isLeft()).toContain('this change came up after the plan was made and is left alone; plan again');
    expect(await bothPools()).toEqual(asBefore);
  });

  alikeTest("since somebody took stackward's plan out of it", async () => {
    write({ shared: { unshown: { input: 'x' } } });
    await review('--out', 'bundle');
    forge((plans) => delete plans.ours);
    expect(await isLeft()).toContain("Problem: stack shared: stackward's half was not planned; review again");
    expect(isApplied('shared', 'unshown')).toBe(false);
  });
});

test('a bundle is deployed once: after its run was rolled back it is refused, naming both runs', async () => {
  write();
  await tables.moveEnd(red, '10.0.1.24');
  await review('--out', 'bundle');
  expect((await deploy('bundle', '--auto-approve')).code).toBe(0);
  expect(await bothPools()).toEqual(asBefore);
  expect((await command.run(['rollback', 'last', '--auto-approve'])).code).toBe(0);
  const again = await deploy('bundle', '--auto-approve');
  expect([again.code, oneLine(again.stderr)]).toEqual([
    1,
    expect.stringMatching(/shared was deployed from this bundle in run \S+, and rolled back at \S+ in run \S+; review again/), // prettier-ignore
  ]);
  expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.24']);
  expect((await deploy('--auto-approve')).code).toBe(0);
});

test('the review names a stack whose code is gone', async () => {
  write({ stacks: ['shared'] });
  const { stdout } = await review();
  expect(oneLine(stdout)).toContain(
    'stack acme: its code is gone, and terraform.acme.tfstate still holds what Terraform made for it; run `stackward destroy --stack acme --both-halves`',
  );
  expect(existsSync(file('terraform.acme.tfstate'))).toBe(true);
});

test('an error after a first round is one document, with what was done before it', async () => {
  appendFileSync(
    file('stackward.yaml'),
    'review:\n  policy:\n    - risk: widens-pool\n      stacks: [acme]\n      forbidden: true\n',
  );
  write({ blueEnd: '10.0.2.39', acme: { later: { input: '${data.terraform_remote_state.shared.outputs.late}' } } });
  const path = join(app.out, 'stacks/shared/cdk.tf.json');
  const code = JSON.parse(readFileSync(path, 'utf8')) as { output: object };
  writeFileSync(path, JSON.stringify({ ...code, output: { ...code.output, late: { value: 'late' } } }));
  const ended = await deploy('--json', '--auto-approve');
  expect([ended.code, ended.stderr]).toEqual([1, '']);
  expect(JSON.parse(ended.stdout)).toEqual({
    formatVersion: '1.0',
    command: 'deploy',
    stacks: {
      shared: { terraform: 'done', stackward: 'unchanged' },
      acme: { terraform: 'left', stackward: 'left' },
    },
    problems: [{ stack: 'acme', message: 'nobody reviewed it, because it waited for shared' }],
    error: {
      reason: 'Refused',
      message: expect.stringContaining('stackward.yaml forbids what this change does: widens-pool') as string,
    },
    exitCode: 1,
  });
  expect([await bothPools(), isApplied('acme', 'later')]).toEqual([asBefore, false]);
});

alikeTest(
  'a stack that reads an output which an earlier stack makes in the same deploy waits for it, and is done after it',
  async () => {
    write({ acme: { more: { input: '${data.terraform_remote_state.shared.outputs.newer}' } } });
    const path = join(app.out, 'stacks/shared/cdk.tf.json');
    const code = JSON.parse(readFileSync(path, 'utf8')) as { output: object };
    writeFileSync(path, JSON.stringify({ ...code, output: { ...code.output, newer: { value: 'newer' } } }));
    const ended = await deploy('--auto-approve');
    expect(oneLine(ended.stdout)).toContain('stack acme after shared to be planned after shared');
    expect(ended.code).toBe(0);
    expect(isApplied('acme', 'more')).toBe(true);
  },
);
