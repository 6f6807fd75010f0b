/**
 * What the services keep of the projects that a destruction deleted, with the commands that remove it. Keystone deletes a
 * project and tells no other service, and Terraform deletes only what its state has. Stackward removes none of it: no plan
 * of the destruction has these things, so somebody has to say that nobody needs them.
 */
import { asStackwardError } from '../../lib/basics/errors';
import { printable, printableCode } from '../../lib/basics/printable';
import {
  servicesWithRemains,
  type RemainingThing,
  type Remains,
  type ServiceWithRemains,
} from '../../lib/contract/project-remains';
import type { ReportReaders } from '../../lib/contract/report-ports';
import { count } from '../../lib/render/text';
import { isDeleted, textAt, Things, type StackPlan } from '../../review/terraform/things';

/** Things that are listed of each project. */
const mostListed = 50;

interface DeletedProject {
  readonly id: string;
  readonly name: string;
  /** True if a plan also deletes quotas of the project, as Terraform says. */
  readonly hadQuotas: boolean;
}

interface ProjectRemains {
  readonly project: DeletedProject;
  readonly answers: readonly Answer[];
}

interface Answer {
  readonly service: ServiceWithRemains;
  /** Undefined if the answer is missing. */
  readonly remains?: Remains;
  /** The reason of that. */
  readonly why?: string;
}

/** The projects that these plans delete. */
export function deletedProjects(plans: readonly StackPlan[]): readonly DeletedProject[] {
  const things = new Things(plans);
  const deleted = plans.flatMap(({ stack, plan }) =>
    plan.changes.filter(isDeleted).map((change) => ({ ...change, stack })),
  );
  const quotas = new Set(
    deleted.flatMap(({ type, before }) =>
      /_quota(set)?_v\d+$/.test(type) ? (textAt(before, 'project_id') ?? []) : [],
    ),
  );
  return deleted
    .filter(({ type }) => type === 'openstack_identity_project_v3')
    .flatMap(({ stack, address }) => {
      const { values } = things.at(stack, address) ?? {};
      const id = textAt(values, 'id');
      return id === undefined ? [] : [{ id, name: textAt(values, 'name') ?? id, hadQuotas: quotas.has(id) }];
    });
}

type Readers = Pick<ReportReaders, 'projectRemains'>;

/** @param readers undefined if nothing says that these credentials are of the cloud that had the projects */
export const findRemains = (
  projects: readonly DeletedProject[],
  readers: Readers | undefined,
): Promise<readonly ProjectRemains[]> =>
  Promise.all(
    projects.map(async (project) => ({
      project,
      answers: await Promise.all(servicesWithRemains.map((service) => ask(readers, service, project))),
    })),
  );

async function ask(readers: Readers | undefined, service: ServiceWithRemains, { id }: DeletedProject): Promise<Answer> {
  if (readers === undefined) return { service, why: 'no manifest is left that says which cloud it was in' };
  try {
    return { service, remains: await (await readers.projectRemains()).remains(service, id) };
  } catch (error) {
    return { service, why: asStackwardError(error).message };
  }
}

/** '' if no project was deleted. */
export const renderRemains = (remains: readonly ProjectRemains[]): string => remains.map(renderOne).join('');

function renderOne({ project, answers }: ProjectRemains): string {
  const named = printable(`project ${project.name} (${project.id})`);
  const kinds = answers.flatMap(({ remains }) => (remains?.kinds ?? []).map((kind) => `${kind}s`));
  const things = answers.flatMap(({ remains }) => remains?.things ?? []);
  const read = answers.filter(({ remains }) => (remains?.kinds ?? []).length > 0).map(({ service }) => service);
  const list = `${inWords(read, 'and')} ${things.length > 0 ? 'still ' : ''}${read.length === 1 ? 'lists' : 'list'}`;
  const more = things.length > mostListed ? [`  and ${things.length - mostListed} more`] : [];
  const found =
    things.length > 0
      ? [
          `${list} ${count(things.length, 'thing')} of ${named}, which no plan of this destruction deleted:`,
          ...things.slice(0, mostListed).map(renderThing),
          ...more,
          `Nobody looked for anything but ${inWords(kinds, 'and')}.`,
        ]
      : kinds.length > 0
        ? [`${list} no ${inWords(kinds, 'or')} of ${named}. Nobody looked for anything else.`]
        : [];
  const blind = answers.flatMap(({ service, why }) =>
    why === undefined ? [] : [printable(`Nobody knows what ${service} keeps of ${named}: ${why}.`)],
  );
  const limits = project.hadQuotas ? ['Terraform forgets quotas and deletes none: the limits stay under this id, and do nothing.'] : []; // prettier-ignore
  return ['', ...found, ...blind, ...limits, ''].join('\n');
}

const inWords = (names: readonly string[], last: 'and' | 'or'): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`;

function renderThing(thing: RemainingThing): string {
  const { kind, id, name } = thing;
  const why = kind === 'security group' && name === 'default' ? ', which Neutron made by itself' : '';
  const label = printable(name === '' ? `${kind} ${id}` : `${kind} ${name}`);
  return `  ${label}${why}: ${printableCode(commandFor(thing))}`;
}

const nouns: Readonly<Record<RemainingThing['kind'], string>> = {
  server: 'server',
  volume: 'volume',
  'floating IP': 'floating ip',
  trunk: 'network trunk',
  port: 'port',
  router: 'router',
  network: 'network',
  'subnet pool': 'subnet pool',
  'security group': 'security group',
};

const commandFor = ({ kind, id, routerId }: RemainingThing): string =>
  routerId === undefined ? `openstack ${nouns[kind]} delete ${id}` : `openstack router remove port ${routerId} ${id}`;
