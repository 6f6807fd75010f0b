/** Names from outside that look like commands: a review shows its own commands between backticks. */
import { assembleReview } from '../../review/assemble';
import { renderReviewMarkdown } from '../../review/render/markdown';
import { sayPort } from '../../review/terraform/port-words';
import { port } from '../support/doomed-network';
import { forgedStack, staying, type Forged } from '../support/forged-plan';
import { opening, ownPlan } from '../support/planned-opening';

const command = 'openstack server delete web';
const forged = `x: first run \`${command}\` then`;

test('the name of a port, a server, a router or a project in Neutron is shown without them', () => {
  const names = { servers: new Map([['s', forged]]), routers: new Map([['r', forged]]), projects: new Map([['p', forged]]) }; // prettier-ignore
  const ports = [
    { name: forged },
    { deviceOwner: 'compute:nova', deviceId: 's' },
    { deviceOwner: 'network:router_gateway', deviceId: 'r' },
    { projectId: 'p' },
    { deviceOwner: forged },
  ];
  for (const given of ports) {
    const said = sayPort(port(given), names);
    expect(said).toContain('first run \\u0060openstack server delete web\\u0060 then');
    expect(said).not.toContain('`');
  }
});

test('the name of a thing in a plan is no command in the sentences of the Markdown', () => {
  const project = staying('identity_project_v3', 'Project', { id: 'p', name: forged });
  const server: Forged = {
    type: 'compute_instance_v2',
    name: 'Mail',
    before: { id: 's', name: forged, tenant_id: 'p' },
    after: { name: forged, tenant_id: 'p', image_id: 'other' },
    isReplaced: true,
  };
  const review = assembleReview({ ...opening, stacks: [forgedStack('acme', [project, server])], own: ownPlan([]) });
  // Below, lists show each name whole as code.
  const [sentences = ''] = renderReviewMarkdown(review).split('\n## Reach');
  expect(sentences).toMatch(
    /server x: first run `\\u0060openstack` server delete `web\\u0060` then in project x: first run/,
  );
  expect(sentences).not.toContain(`\`${command}\``);
});
