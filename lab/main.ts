import { join } from 'node:path';
import { Argument, Command } from 'commander';
import { LabError } from './command';
import { down } from './down';
import { COMPUTE_HOSTS, labFolder, readLab, type Lab } from './environment';
import { lock } from './lock';
import { checkMachine, installPackages } from './packages';
import { plug, unplug } from './plug';
import { agentService } from './stack/compute-host';
import { endL3Agent, L3_HOST, l3Service } from './stack/l3-agent';
import { status } from './status';
import { stopServices } from './supervisor';
import { up } from './up';

function getLab(): Lab {
  const lab = readLab();
  if (!lab) throw new LabError(`There is no lab in ${labFolder()}: run \`npx tsx lab/main.ts up\`.`);
  return lab;
}

const host = (): Argument => new Argument('<host>', 'compute host').choices(COMPUTE_HOSTS);

const program = new Command('lab').description('A real OpenStack on this machine, in the folder STACKWARD_LAB.');

program
  .command('up')
  .description('start it, installing and building what is missing')
  .action(() => up());

program
  .command('status')
  .description('show services and agents; exit code 1 unless all are ready')
  .action(async () => {
    if (!(await status(getLab()))) process.exitCode = 1;
  });

program
  .command('down')
  .description('stop it')
  .option('--wipe', 'delete its data too')
  .action(({ wipe }: { wipe?: boolean }) => down(wipe ?? false));

program
  .command('packages')
  .description(
    "install the lab's Debian packages, as `up` does, and others beside them; none of their daemons is started",
  )
  .argument('<name...>')
  .action((names: string[]) => {
    checkMachine();
    return installPackages((text) => console.log(text), names);
  });

program
  .command('env')
  .description('print what a program needs to use it')
  .option('--json', 'all that is known of it, with ports, folder and passwords')
  .action(({ json }: { json?: boolean }) => {
    const lab = getLab();
    const exports = Object.entries(lab.environment).map(([name, value]) => `export ${name}='${value}'`);
    console.log(json ? JSON.stringify(lab, undefined, 2) : exports.join('\n'));
  });

const agent = program.command('agent').description("a host's Neutron agent; its switch and what is plugged stay");
agent
  .command('up')
  .addArgument(host())
  .action((name: string) => up([agentService(name)]));
agent
  .command('down')
  .addArgument(host())
  .action(async (name: string) => {
    const lab = getLab();
    await lock(join(lab.folder, 'lock'), () => undefined);
    await stopServices(lab, [agentService(name)]);
  });

const l3 = program
  .command('l3')
  .description(`the L3 agent on ${L3_HOST}, which only these commands start; it makes routers with NAT`);
l3.command('up').action(() => up([l3Service]));
l3.command('down').action(async () => {
  const lab = getLab();
  await lock(join(lab.folder, 'lock'), () => undefined);
  await endL3Agent(lab);
});

program
  .command('plug')
  .description('plug a port into a host as Nova and os-vif would; prints the namespace of the guest')
  .addArgument(host())
  .argument('<port-id>')
  .argument('<mac>')
  .option('--guest <address/prefix>', 'a namespace behind the tap, with this address on its eth0')
  .action(async (name: string, portId: string, mac: string, options: { guest?: string }) => {
    const namespace = await plug(getLab(), { host: name, portId, mac, ...options });
    if (namespace) console.log(namespace);
  });

program
  .command('unplug')
  .description('take it off again')
  .addArgument(host())
  .argument('<port-id>')
  .action((name: string, portId: string) => unplug(getLab(), name, portId));

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof LabError ? error.message : error);
  process.exit(1);
});
