/** Terraform's words about a provider that it does not get, as an error with the way out. */
import { errorOf } from '../../adapters/terraform/failure';

const failed = (source: string) =>
  errorOf({
    command: 'terraform init',
    stack: 'acme',
    folder: 'cdktf.out/stacks/acme',
    errors: [],
    stderr: `Error: Failed to query available provider packages\n\nCould not retrieve the list of available versions for provider ${source}: no route to host`,
  });

test('the provider of OpenStack is to be had from the package', () => {
  const { detail, about } = failed('terraform-provider-openstack/openstack');
  expect(detail).toMatch(/^`terraform init` does not get a provider .* run `eval "\$\(npx stackward provider\)"`/);
  expect(detail).toContain('no route to host');
  expect(about).toBe('order');
});

test('another provider is to be had from a registry or a mirror alone', () => {
  expect(failed('hashicorp/random').detail).not.toContain('stackward provider');
  expect(failed('hashicorp/random').detail).toContain('let this machine reach the registry');
});

test('a version that the mirror lacks is named in the command that builds it', () => {
  const { detail } = errorOf({
    command: 'terraform init',
    stack: 'acme',
    folder: 'cdktf.out/stacks/acme',
    errors: [],
    stderr:
      'Error: Failed to query available provider packages\n\nCould not retrieve the list of available versions for provider ' +
      'terraform-provider-openstack/openstack: no available releases match the given constraints 1.54.1',
  });
  expect(detail).toContain('run `eval "$(npx stackward provider 1.54.1)"`');
});
