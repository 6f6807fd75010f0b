/**
 * What the services keep of the projects that a destruction deleted, with the commands that remove it. Keystone deletes a
 * project and tells no other service, and Terraform deletes only what its state has. Stackward removes none of it: no code
 * made these things, so somebody has to say that nobody needs them.
 */
import { asStackwardError } from '../../lib/basics/errors';
import { printable, printableCode } from '../../lib/basics/printable';
import { servicesWithRemains, type RemainingThing, type ServiceWithRemains } from '../../lib/contract/project-remains';
import type { ReportReaders } from '../../lib/contract/report-ports';
import { count } from '../../lib/render/text';
import { textAt, Things, type StackPlan } from '../../review/terraform/things';

/** Things that are listed of each project. */
const mostListed = 50;

export interface DeletedProject {
  readonly id: string;
  readonly name: string;
  /** True if a plan also deletes quotas of the project, as Terraform says. */
  readonly hadQuotas: boolean;
}

export interface ProjectRemains {
  readonly project: DeletedProject;
  readonly things: readonly RemainingThing[];
  /** The services whose answer is missing, with the reason. */
  readonly unread: readonly { readonly service: ServiceWithRemains; readonly why: string }[];
}

/** The projects that these plans delete. */
export function deletedProjects(plans: readonly StackPlan[]): readonly DeletedProject[] {
  const things = new Things(plans);
  const deleted = plans.flatMap(({ plan }) => plan.changes.filter(({ action }) => action === 'delete'));
  const quotas = new Set(
    deleted.flatMap(({ type, before }) =>
      /_quota(set)?_v\d+$/.test(type) ? (textAt(before, 'project_id') ?? []) : [],
    ),
  );
  return plans.flatMap(({ stack, plan }) =>
    plan.changes
      .filter(({ action, type }) => action === 'delete' && type === 'openstack_identity_project_v3')
      .flatMap(({ address }) => {
        const { values } = things.at(stack, address) ?? {};
        const id = textAt(values, 'id');
        return id === undefined ? [] : [{ id, name: textAt(values, 'name') ?? id, hadQuotas: quotas.has(id) }];
      }),
  );
}

type Readers = Pick<ReportReaders, 'projectRemains'>;

/** @param readers undefined if nothing says that these credentials are of the cloud that had the projects */
export const findRemains = (
  projects: readonly DeletedProject[],
  readers: Readers | undefined,
): Promise<readonly ProjectRemains[]> =>
  Promise.all(
    projects.map(async (project) => {
      const answers = await Promise.all(servicesWithRemains.map((service) => ask(readers, service, project)));
      return {
        project,
        things: answers.flatMap(({ things }) => things),
        unread: answers.flatMap(({ unread }) => unread),
      };
    }),
  );

async function ask(
  readers: Readers | undefined,
  service: ServiceWithRemains,
  { id }: DeletedProject,
): Promise<Omit<ProjectRemains, 'project'>> {
  const unread = (why: string) => ({ things: [], unread: [{ service, why }] });
  if (readers === undefined) return unread('no manifest is left that says which cloud it was in');
  try {
    return { things: await (await readers.projectRemains()).remains(service, id), unread: [] };
  } catch (error) {
    return unread(asStackwardError(error).message);
  }
}

/** '' if no project was deleted. */
export const renderRemains = (remains: readonly ProjectRemains[]): string => remains.map(renderOne).join('');

function renderOne({ project, things, unread }: ProjectRemains): string {
  const read = servicesWithRemains.filter((service) => !unread.some((each) => each.service === service));
  const named = printable(`project ${project.name} (${project.id})`);
  const list = read.length === 1 ? 'lists' : 'list';
  const heading =
    things.length > 0
      ? [`${inWords(read)} still ${list} ${count(things.length, 'thing')} of ${named}, which no code here made:`]
      : read.length > 0
        ? [`${inWords(read)} ${list} nothing of ${named}.`]
        : [];
  const lines = things.slice(0, mostListed).map(renderThing);
  const more = things.length > mostListed ? [`  and ${things.length - mostListed} more`] : [];
  const blind = unread.map(({ service, why }) => printable(`Nobody knows what ${service} keeps of ${named}: ${why}.`));
  const limits = project.hadQuotas ? ['Terraform forgets quotas and deletes none: the limits stay under this id, and do nothing.'] : []; // prettier-ignore
  return ['', ...heading, ...lines, ...more, ...blind, ...limits, ''].join('\n');
}

const inWords = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

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
