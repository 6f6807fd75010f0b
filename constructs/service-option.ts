import { Construct } from 'constructs';
import { defined } from '../lib/basics/defined';
import { programOf, type ServiceOptionDeclared } from '../reconcilers/service-option/spec';
import { CloudStack } from './cloud-stack';
import { checkTexts, requireProps } from './internal/check-props';
import { declarationsOf, declareResource } from './internal/declarations';

interface AnyOption {
  /** The plan shows this text. */
  readonly reason: string;
  /**
   * Changes a file even if Kolla, Puppet or Ansible writes it and may undo the change. @default such a file is left
   * alone
   */
  readonly overrideManager?: boolean;
}

interface OsloOptionProps extends AnyOption {
  /** A program, such as `nova-scheduler`; or a project, such as `nova`, which means the program of its API. */
  readonly service: string;
  /** The name without brackets, such as `DEFAULT` or `quotas`. */
  readonly section: string;
  readonly option: string;
  /** Host names, as in stackward.yaml. @default the hosts that `services` in stackward.yaml names for the project */
  readonly hosts?: readonly string[];
  /**
   * Restarts the service on the hosts where the option was changed, one host after the other. Only services of the
   * control plane can be restarted in this way. @default nothing is restarted; the plan says when the option takes
   * effect
   */
  readonly restart?: boolean;
}

/** `null`, `true`, `false`, a number, a text, or a list of these. */
export type HorizonValue = null | boolean | number | string | readonly HorizonValue[];

/** A setting of Horizon, whose files are Python. */
type HorizonSettingProps = AnyOption & {
  readonly service: 'horizon';
  /** A name, such as `DEBUG`, or a key of a dictionary, such as `OPENSTACK_NEUTRON_NETWORK.enable_router`. */
  readonly option: string;
  /** Host names, as in stackward.yaml. */
  readonly hosts: readonly string[];
} & (
    | { readonly value: HorizonValue }
    /** No file sets the setting, so Horizon uses its default. */
    | { readonly absent: true }
  );

export type ServiceOptionProps = HorizonSettingProps | OsloOptionsProps;

type OsloOptionsProps = OsloOptionProps &
  (
    | { readonly value: string }
    /** The values of an option that takes several, in their order. */
    | { readonly values: readonly string[] }
    /** No file sets the option, so the service uses its default. */
    | { readonly absent: true }
    /**
     * The name of an environment variable of stackward that has the value. For a secret, which must not be in the code.
     */
    | { readonly valueFromEnvironment: string }
  );

/**
 * One option of one service on the hosts that serve it. stackward edits the line whose value the service uses, and
 * records the former lines. Only one construct may declare an option; synth reports a second one, with the names of
 * both.
 *
 *     new ServiceOption(shared, 'Workers', {
 *       service: 'nova', section: 'DEFAULT', option: 'osapi_compute_workers', value: '8', reason: 'eight cores',
 *     });
 *     new ServiceOption(shared, 'Debug', {
 *       service: 'horizon', hosts: ['ctl1'], option: 'DEBUG', value: false, reason: 'users see traces',
 *     });
 */
export class ServiceOption extends Construct {
  constructor(scope: Construct, id: string, props: ServiceOptionProps) {
    super(scope, id);
    requireProps(this, props, 'service', 'option', 'reason');
    checkTexts(this, props);
    const { service, section, option, reason, restart, overrideManager } = props as OsloOptionProps & {
      readonly section?: string;
    };
    const hosts = props.hosts && [...props.hosts];
    const spec: ServiceOptionDeclared = {
      service,
      ...defined({ hosts }),
      ...defined({ section }),
      option,
      ...wishOf(props),
      reason,
      ...defined({ restart, overrideManager }),
    };
    // The same host name in another cloud is another host.
    const cloud = CloudStack.of(this).cloud.node.path;
    declarationsOf(this).add('options', {
      path: this.node.path,
      cloud,
      service: programOf(service),
      section: section ?? '',
      option,
      hosts,
      wish: sayWish(spec),
    });
    declareResource(this, { kind: 'service-option', spec });
  }
}

function wishOf(props: ServiceOptionProps): Partial<ServiceOptionDeclared> {
  const { value, values, absent, valueFromEnvironment } = props as Partial<ServiceOptionDeclared>;
  return defined({ value, values: values && [...values], absent, valueFromEnvironment });
}

function sayWish({ value, values, absent, valueFromEnvironment }: ServiceOptionDeclared): string {
  if (absent === true) return 'removes it';
  if (valueFromEnvironment !== undefined) return `sets it from $${valueFromEnvironment}`;
  return `sets it to ${JSON.stringify(values ?? value)}`;
}
