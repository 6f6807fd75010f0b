/** One option of a service on hosts. The kind's name and its fields are contract (docs/adr/0017-service-options.md). */
import * as z from 'zod';
import { hostName, line } from '../../lib/basics/line';
import { apiProgram, knownProjects, serviceNames, type ServiceName } from '../../lib/openstack/services';
import { restartDanger } from '../../lib/openstack/restarts';
import { projectOf } from '../../lib/oslo-config/reading-order';
import { ConfigValue } from '../../lib/oslo-config/secret';
import { pythonValue } from '../../lib/python-settings/literal';
import { faultOfSetting } from './option/setting';
import { isPython } from './option/horizon';

/** A value may also be empty. */
const value = z.union([line, z.literal('')], { error: 'must be one line of at most 1000 characters' });

export const sectionName = z
  .string()
  .regex(/^[A-Za-z0-9_.:/-]{1,200}$/, 'must be the name of a section, without brackets');
export const optionName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]{0,199}(\.[A-Za-z0-9_:-]{1,100}){0,7}$/,
    'must be the name of an option, with "_" where a command line has "-"',
  );

const fields = z.strictObject({
  /** A program, such as `nova-scheduler`; or a project, such as `nova`, which means the program of its API. */
  service: z.string().superRefine((service, context) => {
    const fault = faultOfService(service);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  }),
  /** Host names, as in stackward.yaml. Default: the hosts that serve the project. */
  hosts: z.array(hostName).min(1, 'names no host; leave it out, or name one').max(1000).optional(),
  /** Horizon's settings have none. */
  section: sectionName.optional(),
  /** For Horizon also a key of a dictionary: `DICTIONARY.key`. */
  option: optionName,
  /** One line of text; for Horizon also another value of Python. */
  value: z.union([value, pythonValue]).optional(),
  /** The values of an option that takes several, in their order. */
  values: z.array(value).min(1, 'has no value; say absent: true').max(200).optional(),
  absent: z.literal(true).optional(),
  /** The name of a variable that stackward has in its environment when it plans and applies. */
  valueFromEnvironment: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]{0,199}$/, 'must be the name of an environment variable')
    .optional(),
  /** The reason, for the reviewer of the plan. */
  reason: line,
  /** Default: nothing is restarted. */
  restart: z.boolean().optional(),
  /** True changes a file even if Kolla, Puppet or Ansible writes it. Default: such a file is refused. */
  overrideManager: z.boolean().optional(),
});

const wordings = ['value', 'values', 'absent', 'valueFromEnvironment'] as const;

export const serviceOptionSpec = fields.superRefine((spec, context) => {
  const issue = (field: string, message: string): void => context.addIssue({ code: 'custom', message, path: [field] });
  const given = wordings.filter((wording) => spec[wording] !== undefined);
  if (given.length !== 1)
    issue(
      given[1] ?? 'value',
      `is ${given.length === 0 ? 'missing' : `beside "${given[0]}"`}; give one of ${wordings.join(', ')}`,
    );
  if (isPython(spec)) {
    const [field, found] = faultOfSetting(spec) ?? [];
    if (field !== undefined && found !== undefined) issue(field, found);
    return;
  }
  if (spec.option.includes('.'))
    issue('option', 'is a key of a dictionary, which only Horizon has; give the name of an option');
  if (spec.section === undefined) issue('section', 'is missing; give the section of the file, such as DEFAULT');
  if (spec.value !== undefined && !value.safeParse(spec.value).success)
    issue('value', 'must be one line of at most 1000 characters, in quotes');
  const fault = faultOfSecret(spec);
  if (fault !== undefined) issue(spec.values === undefined ? 'value' : 'values', fault);
  if (spec.section?.toLowerCase() === 'default' && spec.section !== 'DEFAULT')
    issue('section', 'is one that oslo.config ignores; write DEFAULT');
  if (spec.hosts === undefined && servingProject(spec.service) === undefined)
    issue(
      'hosts',
      `is missing: stackward.yaml can name the hosts only of ${serviceNames.join(', ')}; name the hosts here`,
    );
  const danger = spec.restart === true ? restartDanger(programOf(spec.service)) : undefined;
  if (danger !== undefined)
    issue('restart', `can't be true for ${programOf(spec.service)}: ${danger}; restart it by hand`);
});
export type ServiceOptionDeclared = z.infer<typeof serviceOptionSpec>;

function faultOfService(service: string): string | undefined {
  if (isPython({ service })) return undefined;
  if (!/^[a-z]+(-[a-z0-9-]+)?$/.test(service) || !knownProjects.includes(projectOf(service)))
    return `must be horizon, or a program such as nova-scheduler, of ${knownProjects.join(', ')}`;
  return undefined;
}

/** A secret in the spec would get into the manifest, Terraform's state and the journal. */
function faultOfSecret({ option, value, values }: z.infer<typeof fields>): string | undefined {
  const all = values ?? (typeof value === 'string' ? [value] : []);
  const isSecret = all.some((text) => new ConfigValue({ name: option }, text).isSecret);
  return isSecret
    ? 'is a secret, by the option\'s name or as an address with a password; put it into a variable of the environment, and name that in "valueFromEnvironment"'
    : undefined;
}

const isServiceName = (project: string): project is ServiceName =>
  (serviceNames as readonly string[]).includes(project);

/** The service's project, if stackward.yaml can name the hosts of that project. */
export function servingProject(service: string): ServiceName | undefined {
  const project = projectOf(service);
  return isServiceName(project) ? project : undefined;
}

/** The program that `service` of a spec means. */
export const programOf = (service: string): string => (isServiceName(service) ? apiProgram[service] : service);

const optionLine = z.strictObject({
  path: z.string().regex(/^\/[^\0\n\r]{1,4095}$/, 'must be the path of a file'),
  section: z.string().max(1000),
  /** 0: the end of the file. */
  line: z.number().int().nonnegative(),
  text: z.string().max(65_536),
  isNewSection: z.literal(true).optional(),
});
export const optionLines = z.array(optionLine).max(1000);

/** The record of one option that stackward wrote. */
export const recordEntry = z.object({
  service: z.string(),
  section: z.string(),
  option: z.string(),
  /** The path of the construct. */
  path: line,
  stack: line,
  /** The lines that the first apply found. */
  before: optionLines,
  /** The lines that the last apply left. */
  written: optionLines,
  /** A restart that a write under a running service made due. It is due no more once the service started again. */
  due: z
    .strictObject({
      /** Absent if no unit of systemd runs the service alone: then stackward can't restart it. */
      unit: line.optional(),
      /** The host's time right before the write. */
      since: z.iso.datetime(),
    })
    .optional(),
  /** The declaration's: its lines may also be taken back where another tool writes the file. */
  overrideManager: z.boolean().optional(),
  /** A value came from the environment of stackward once, so none is shown or kept, whatever the option's name. */
  isSecret: z.literal(true).optional(),
});
export type RecordEntry = z.infer<typeof recordEntry>;
export type Due = NonNullable<RecordEntry['due']>;
