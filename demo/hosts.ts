/**
 * The demo's part on hosts: a grant that the member can use at once, packets that the agent no longer drops, and the
 * way back.
 */
import type { Subnet } from '../lib/contract/ports';
import { stackward, type Scene } from './scene';
import { NotShown } from './stage';
import { Transit } from './transit';

/** An address beyond the pool that nobody has. */
const chosen = '203.0.113.252';

/** Applies what needs a host: a policy grant, and exceptions in the packet filter. Returns the name of the run. */
export async function showHosts(scene: Scene, red: Subnet): Promise<string> {
  const { stage, member } = scene;
  let answer = '';
  await stage.step('A member asks for a port with an address of its own choice', async () => {
    answer = await member.choose(red.networkId, chosen);
    stage.say(answer);
    stage.expect(answer.includes('disallowed by policy'), `Neutron should refuse by policy, and said: ${answer}`);
  });
  const transit = await stage.step("Globex's firewall forwards: a client on green, a server on red", () =>
    Transit.start(),
  );
  try {
    await showWiped(scene, transit);
    await stage.step('Both are in the code. stackward says what it would do on the hosts, and does it', async () => {
      await stackward(scene, ['plan'], [2]);
      await stackward(scene, ['apply', '--auto-approve'], [0]);
    });
    await stage.step('The next request of the member, and no service was restarted', async () => {
      const now = await member.choose(red.networkId, chosen);
      stage.say(now);
      stage.expect(now.startsWith('accepted'), `Neutron should accept, and said: ${now}`);
    });
    stage.prove('a grant, on the next request', 'port with a chosen address: refused by policy → accepted');
    await stage.step(
      "The client's packets, while groups change twelve times and the agent rewrites its tables",
      async () => {
        await transit.untilPassing();
        const { sent, lost } = await transit.churn();
        stage.say(`${sent} packets sent, ${lost} lost.`);
        stage.expect(lost === 0, `${lost} of ${sent} packets were lost`);
        stage.prove('transit that the agent leaves alone', `0 of ${sent} packets lost over 12 changes of groups`);
      },
    );
  } finally {
    await transit.close();
  }
  return lastRun(scene);
}

async function showWiped({ stage }: Scene, transit: Transit): Promise<void> {
  const see = (what: string): void => stage.say(`A client on green sends to a server on red, which gets ${what}.`);
  const seeNothing = async (otherwise: string): Promise<void> => {
    stage.expect(!(await transit.passes()), otherwise);
    see('nothing');
  };
  await stage.step('Neutron drops what the firewall passes on: its source is foreign', () =>
    seeNothing('nothing should pass yet'),
  );
  await stage.step("By hand, in the agent's own chain: it works until somebody changes a group", async () => {
    stage.say(`# ${await transit.allowByHand()}`);
    see('the packets');
    await transit.untilWiped();
    stage.say('Somebody adds a rule to a security group.');
    await seeNothing("the agent should have wiped the rule that isn't its own");
  });
  stage.prove('a rule by hand is wiped', "gone with the agent's next write");
}

/** The run's name as the command prints it: at the beginning of the run's first line. */
async function lastRun(scene: Scene): Promise<string> {
  const { text } = await stackward(scene, ['runs'], [0], false);
  const name = text.match(/^\S+Z-[0-9a-f]{6}(?= )/gm)?.at(-1);
  if (!name) throw new NotShown('there is no run to go back to');
  return name;
}

export async function rollBack(scene: Scene, red: Subnet, run: string): Promise<void> {
  const { stage, member } = scene;
  await stage.step('Back to what the hosts were before that run; pools that were extended since stay', async () => {
    await stackward(scene, ['rollback', run, '--auto-approve'], [0]);
    const answer = await member.choose(red.networkId, chosen);
    stage.say(answer);
    stage.expect(answer.includes('disallowed by policy'), `Neutron should refuse again, and said: ${answer}`);
  });
  stage.prove('a rollback', 'policy file and packet filter are what they were, the member is refused again');
}
