import { join, relative } from 'node:path';
import { Annotations, App, LocalBackend, TerraformStack, type TerraformOutput } from 'cdktf';
import type { Construct, IConstruct } from 'constructs';
import type { OpenstackProvider } from '@cdktf/provider-openstack/lib/provider';
import { putCredentialLinks } from '../adapters/files/credential-links';
import { InvalidConfiguration } from '../lib/basics/errors';
import { newerWarning } from '../lib/openstack/releases';
import { checkTexts, requireProps } from './internal/check-props';
import { declarationsOf, declarationsOfApp } from './internal/declarations';
import { validateApp } from './internal/findings';
import { Credentials } from './internal/credentials';
import { Identity } from './internal/identity';
import { addManifest } from './internal/manifest';
import { makeProvider, type ProviderConfig } from './internal/provider';
import type { OpenStackCloud } from './openstack-cloud';

export interface CloudStackProps {
  /** The cloud in which the stack's resources are made. */
  readonly cloud: OpenStackCloud;
}

/**
 * A Terraform stack of one cloud. It contains the admin's provider, the backend and the manifest. Use it for resources
 * that tenants share; a tenant has a TenantStack.
 */
export class CloudStack extends TerraformStack {
  readonly cloud: OpenStackCloud;
  /** The provider with the deployer's own project. A resource uses it unless it names another provider. */
  readonly provider: OpenstackProvider;
  /** The output `stackward_manifest`. */
  readonly manifest: TerraformOutput;
  private identityLookups: Identity | undefined;
  private credentials: Credentials | undefined;

  constructor(scope: Construct, id: string, props: CloudStackProps) {
    super(scope, id);
    requireProps(this, props, 'cloud');
    checkTexts(this, {});
    this.cloud = props.cloud;
    const isFirst = declarationsOfApp(this).all.every(({ cloud }) => cloud !== props.cloud);
    const warning = newerWarning(props.cloud.release);
    if (isFirst && warning !== undefined) Annotations.of(this).addWarning(warning);
    declarationsOf(this).cloud = props.cloud;
    this.provider = makeProvider(this, 'OpenStack', props.cloud.providerConfig);
    this.addOverride('terraform.required_providers.openstack.version', props.cloud.providerVersion);
    if (props.cloud.backend) props.cloud.backend(this);
    else new LocalBackend(this, { path: `${wayToProject(this)}/terraform.${id}.tfstate` });
    this.linkCredentials();
    this.manifest = addManifest(this, props.cloud);
    this.node.addValidation({ validate: () => validateApp(this) });
  }

  private linkCredentials(): void {
    const { synthesizer } = this;
    this.synthesizer = {
      synthesize: (session) => {
        synthesizer.synthesize(session);
        putCredentialLinks(join(session.outdir, session.manifest.forStack(this).workingDirectory));
      },
    };
  }

  /** @throws InvalidConfiguration if the construct's stack belongs to no cloud */
  static override of(construct: IConstruct): CloudStack {
    const stack = TerraformStack.of(construct);
    if (stack instanceof CloudStack) return stack;
    throw new InvalidConfiguration('it is in a plain TerraformStack; put it in a CloudStack or a TenantStack', {
      where: construct.node.path,
    });
  }

  /** Arguments for a provider whose project is named separately. */
  get scopedProviderConfig(): ProviderConfig {
    const { cloud, ...config } = this.cloud.providerConfig;
    if (cloud === undefined) return config;
    this.credentials ??= new Credentials(this, 'Credentials', cloud);
    return { ...this.credentials.providerConfig, ...config };
  }

  /** Users and roles of Keystone, looked up once per stack. */
  get identity(): Identity {
    return (this.identityLookups ??= new Identity(this, 'Identity', this.cloud));
  }
}

/**
 * The way from the folder in which Terraform runs a stack, <output>/stacks/<stack>, to the folder of main.ts. It is
 * relative, because cdktf's default would be an absolute path of this machine. If the output lies outside of the
 * project's folder, the state lies beside the output.
 */
function wayToProject(stack: CloudStack): string {
  // scripts/app.mjs lets the app write to a folder of its own first, and names the output here.
  const output = String(stack.node.tryGetContext('stackward:output') ?? App.of(stack).outdir);
  return relative('.', output).startsWith('..') ? '../../..' : relative(join(output, 'stacks', 'any'), '.');
}
