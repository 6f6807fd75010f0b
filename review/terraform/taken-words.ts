/** An address that somebody else has, in a person's words, and the way out. Pure. */
import { commandLine } from '../../lib/basics/command-line';
import { nameOfNetwork } from './named-addresses';
import { commandsFor, commandToShow, sayPort, type OwnerNames } from './port-words';
import { subjectOf } from './subject';
import type { TakenAddress } from './taken-addresses';
import type { Things } from './things';

/** A sentence goes on with it behind the name of the thing that the address is for. */
export function sayTaken(taken: TakenAddress, names: OwnerNames, things: Things): string {
  const { wanted, because } = taken;
  const { ip, network } = wanted;
  const needs = `needs ${ip} in network ${nameOfNetwork(network)}`;
  const stops = 'Neutron refuses that with 409, and a deploy stops there';
  const has = `${needs}, and ${holderOf(taken, names, things)} has it`;
  switch (because) {
    case 'held':
      return `${has}: ${stops}. ${wayOut(taken)}`;
    case 'replaced':
      return `${needs}, and the one that it replaces still has it, because create_before_destroy makes the new one first: ${stops}. Take create_before_destroy out of the code, or name another address`;
    case 'later':
      return `${has} until stack ${taken.laterStack ?? ''} is done, which comes later: ${stops}. Run \`${commandLine(['deploy', '--stack', taken.laterStack ?? ''])}\` first, or name another address`;
    case 'perhaps':
      return wanted.isSure
        ? `${has} now; another part of the change may free it, and nobody knows which comes first`
        : `${has}, where the cloud has several networks of this name, and nobody knows which of them Terraform takes`;
  }
}

const holderOf = ({ port, holder }: TakenAddress, names: OwnerNames, things: Things): string =>
  holder === undefined ? sayPort(port, names) : `${subjectOf(holder, things)} of stack ${holder.stack}`;

function wayOut({ port, holder }: TakenAddress): string {
  if (holder !== undefined)
    return `Name another address, or change stack ${holder.stack} so that the address is free, and deploy that first`;
  const commands = commandsFor(port);
  const shown = commands.map((command) => `\`${command}\``).join(', then ');
  if (commands.includes(commandToShow(port))) return `Name another address; ${shown} tells more of that port`;
  return `Name another address, or let the owner of that one free it: ${shown}`;
}
