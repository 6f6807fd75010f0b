/** A floating IP that doesn't answer is traced, the step that the trace names is done, and it answers. */
import { LabFloatingIp } from '../test/support/lab-floating-ip';
import type { Scene } from './scene';

/** A real L3 agent runs for this scene alone. */
export async function showFloatingIp({ stage, lab }: Scene): Promise<void> {
  const web = await stage.step("A server on cnode01, its floating IP on cnode02's router, and a client outside", () =>
    LabFloatingIp.start('demo-trace'),
  );
  const address = web.floating.floating_ip_address;
  const trace = ['trace', 'floating-ip', address, '--config', `${web.command.folder}/stackward.yaml`];
  try {
    await stage.step('By night somebody flushes a chain of that router', async () => {
      stage.expect(await web.answers(), 'the server should answer before anything is broken');
      stage.say(`# ip netns exec ${web.namespace} iptables -t nat -F neutron-l3-agent-PREROUTING`);
      await web.inRouter('iptables', '-t', 'nat', '-F', 'neutron-l3-agent-PREROUTING');
      await web.untilAnswering(false);
      stage.say(`A client outside pings ${address}: the server does not answer.`);
    });
    await stage.step('stackward follows the packet, hop by hop', async () => {
      const { text } = await stage.run('stackward', trace, { shown: true, allowed: [2] });
      stage.expect(text.includes('The first broken hop is "DNAT"'), 'the trace should name the rule that is gone');
      stage.expect(text.includes('openstack router set --name'), 'the trace should name the step');
    });
    await stage.step('The step that it names, and the server answers', async () => {
      await web.nudge();
      await web.untilAnswering();
      const { text } = await stage.run('stackward', trace, { allowed: [0] });
      stage.say(text.trimEnd().split('\n').at(-1) ?? '');
      stage.prove(
        'a floating IP that did not answer',
        `traced to its DNAT rule on ${lab.hosts[1]?.name ?? '?'}; the step that is named made it answer`,
      );
    });
  } finally {
    await web.stop();
  }
}
