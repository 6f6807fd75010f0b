import { Construct } from 'constructs';
import { defined } from '../lib/basics/defined';
import { programOf, type ServiceOptionDeclared } from '../reconcilers/service-option/spec';
import { CloudStack } from './cloud-stack';
import { checkTexts, requireProps } from './internal/check-props';
import { declarationsOf, declareResource } from './internal/declarations';

interface ServiceOptionCommon {
  /** A program, such as `nova-scheduler`, or a project, such as `nova`: the program of its API. */
  readonly service: string;
  /** Without brackets: `DEFAULT`, `quotas`. */
  readonly section: string;
  readonly option: string;
  /** The plan shows this text. */
  readonly reason: string;
  /** As stackward.yaml names them. @default the hosts that serve the project, by `services` of stackward.yaml */
  readonly hosts?: readonly string[];
  /**
   * Restarts the service where it was changed, one host after the other. Only services of the control plane can be
   * restarted so. @default nothing is restarted; the plan says what takes effect when
   */
  readonly restart?: boolean;
  /**
   * Changes a file even if Kolla, Puppet or Ansible writes it and may undo the change. @default such a file is left
   * alone
   */
  readonly overrideManager?: boolean;
}

export type ServiceOptionProps = ServiceOptionCommon &
  (
    | { readonly value: string }
    /** In their order, of an option that takes several. */
    | { readonly values: readonly string[] }
    /** No file sets it, and the service goes by its default. */
    | { readonly absent: true }
    /** A variable of stackward's environment: for a secret, which no code may hold. */
    | { readonly valueFromEnvironment: string }
  );

/**
 * One option of one service on the hosts that serve it. stackward edits the line that the service goes by, and records the
 * lines before. An option has one owner: a second construct for it is a finding that names both.
 *
 *     new ServiceOption(shared, 'Workers', { service: 'nova', section: 'DEFAULT', option: 'osapi_compute_workers', value: '8', reason: 'eight cores' });
 */
export class ServiceOption extends Construct {
  constructor(scope: Construct, id: string, props: ServiceOptionProps) {
    super(scope, id);
    requireProps(this, props, 'service', 'section', 'option', 'reason');
    checkTexts(this, props);
    const { service, section, option, reason, restart, overrideManager } = props;
    const hosts = props.hosts && [...props.hosts];
    const spec: ServiceOptionDeclared = {
      service,
      ...defined({ hosts }),
      section,
      option,
      ...wishOf(props),
      reason,
      ...defined({ restart, overrideManager }),
    };
    // Findings about hosts are of one cloud.
    const cloud = CloudStack.of(this).cloud.node.path;
    declarationsOf(this).add('options', {
      path: this.node.path,
      cloud,
      service: programOf(service),
      section,
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
