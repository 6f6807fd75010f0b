/** An address that somebody else has, in a person's words, and the way out. Pure. */
import { commandLine } from '../../lib/basics/command-line';
import { hideAddress, sayInNetwork } from './named-addresses';
import { commandsFor, commandToShow, sayPort, type OwnerNames } from './port-words';
import { nounOf, subjectOf } from './subject';
import type { TakenAddress } from './taken-addresses';
import type { Things } from './things';

/** A sentence goes on with it behind the name of the thing that the address is for. */
export function sayTaken(taken: TakenAddress, names: OwnerNames, things: Things): string {
  const said = sentenceOf(taken, names, things);
  return taken.wanted.hidesIp ? hideAddress(said, taken.wanted.ip) : said;
}

function sentenceOf(taken: TakenAddress, names: OwnerNames, things: Things): string {
  const { wanted, because } = taken;
  const { ip, networkSaid, change } = wanted;
  const needs = `needs ${sayInNetwork(ip, networkSaid)}`;
  const noun = nounOf(change.planned.type);
  const stops = 'Neutron refuses that with 409, and a deploy stops there';
  const has = `${needs}, and ${holderOf(taken, names, things)} has it`;
  switch (because) {
    case 'held':
      return `${has}: ${stops}. ${wayOut(taken)}`;
    case 'replaced':
      return `${needs}, and the ${noun} that it replaces still has the address, because Terraform makes the new ${noun} first (create_before_destroy, here or at a resource that depends on it): ${stops}. Take create_before_destroy out of the code, or name another address`;
    case 'later':
      return `${has} until stack ${taken.laterStack ?? ''} is done, which comes later: ${stops}. Run \`${deployOf(taken.laterStack ?? '')}\` first, or name another address`;
    case 'perhaps':
      return wanted.isSure
        ? `${has} now; another part of the change may free it, and nobody knows which comes first`
        : `${has}, where the cloud has several networks of this name, and nobody knows which of them Terraform takes`;
  }
}

const holderOf = ({ port, holder }: TakenAddress, names: OwnerNames, things: Things): string =>
  holder === undefined ? sayPort(port, names) : `${subjectOf(holder, things)} of stack ${holder.stack}`;

const deployOf = (stack: string): string => commandLine(['deploy', '--stack', stack]);

function wayOut({ wanted, port, holder }: TakenAddress): string {
  const { ip, change } = wanted;
  // A deploy of the stack would meet the same collision as long as this change is in it.
  if (holder?.stack === change.thing.stack)
    return `Name another address, or deploy stack ${holder.stack} twice: first without this change, and with the ${nounOf(holder.type)} changed so that ${ip} is free; then with this change`;
  if (holder !== undefined)
    return `Name another address, or change stack ${holder.stack} so that ${ip} is free, and run \`${deployOf(holder.stack)}\` first`;
  const commands = commandsFor(port);
  const shown = commands.map((command) => `\`${command}\``).join(', then ');
  if (commands.includes(commandToShow(port)))
    return `Name another address; ${shown} tells more of the port that has ${ip}`;
  return `Name another address, or let the present owner of ${ip} free it: ${shown}`;
}
