/** The function that is being written: its lines, the constructs that they use, and whatever they can't say. */
import type { RouteOfProject } from '../../lib/contract/project-port';
import { comment, type Code, Names, source, textLiteral, type Value } from './source';

/** Ids that a TenantStack gives to its own children. */
const ofStack = ['Tenant', 'OpenStack', 'backend', 'stackward_manifest', 'Identity', 'Credentials', 'BootRestore'];
/** Ids that a network gives to its own children. A subnet of the code is a child too. */
const ofNetwork = ['Network', 'Subnet'];

export class Draft {
  readonly names = new Names([...ofStack, ...ofNetwork]);
  readonly lines: string[] = [];
  /** One sentence for each thing, or part of a thing, that the code leaves out. */
  readonly unsaid: string[] = [];
  readonly constructs = new Set<string>();
  /** The variables of the things that the code has, by the ids in the cloud. */
  readonly known = new Map<string, Code>();

  add(line: string): void {
    this.lines.push(`  ${line}`);
  }

  /** Leaves something out: as a comment in the code, and for the person who asked. */
  omit(words: string): void {
    this.add(comment(`Not in this code: ${words}`));
    this.unsaid.push(words);
  }

  /**
   * Makes a construct of a thing that exists, and lets Terraform import it.
   * @param resource the property with the construct's resource; undefined: the construct imports nothing
   */
  make(thing: Made, props: Value): Code {
    const { construct, sort, id: ofCloud, name, resource } = thing;
    const { id, variable } = this.names.next(name, sort);
    const [type = ''] = construct.split('.');
    this.constructs.add(type);
    const call = construct === type ? `new ${type}` : construct;
    this.add(`const ${variable.text} = ${call}(stack, ${textLiteral(id)}, ${source(props, '  ')});`);
    if (resource !== undefined) this.import(`${variable.text}.${resource}`, ofCloud);
    this.known.set(ofCloud, variable);
    return variable;
  }

  props(value: Value): string {
    return source(value, '  ');
  }

  /** Lets Terraform import the routes of a subnet or a router. Terraform refuses to make a route that is there. */
  importRoutes(variable: Code, owner: string, routes: readonly RouteOfProject[]): void {
    for (const { destination, nextHop } of routes)
      this.add(`importRoute(${variable.text}, '${destination}', '${owner}-route-${destination}-${nextHop}');`);
  }

  import(resource: string, id: string): void {
    this.add(`${resource}.importFrom(${textLiteral(id)});`);
  }
}

export interface Made {
  /** `TenantNetwork`, or `SharedNetwork.fromNetworkId`. */
  readonly construct: string;
  readonly sort: string;
  /** In the cloud. */
  readonly id: string;
  readonly name: string;
  readonly resource?: string;
}
