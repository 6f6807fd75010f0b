/** What a review asks the cloud about, and what it says of the answers. */
import { defined } from '../../lib/basics/defined';
import { assembleReview, plannedChanges } from '../../review/assemble';
import { nothingAsked, type CloudSeen } from '../../review/cloud/seen';
import { changedQuotas, neededThings } from '../../review/cloud/wanted';
import { renderReviewText } from '../../review/render/text';
import { exitCodes, resultOf } from '../../review/render/result';
import { Things } from '../../review/terraform/things';
import { renderReview } from '../../cli/deploy/show';
import { plain } from '../../lib/render/style';
import { forgedStack, staying, type Forged } from '../support/forged-plan';
import { opening, ownPlan } from '../support/planned-opening';

function asked(...changes: Forged[]) {
  const stack = forgedStack('acme', changes);
  const things = new Things(stack.plan === undefined ? [] : [{ stack: 'acme', plan: stack.plan }]);
  const planned = plannedChanges([stack], things);
  const later = { name: 'later', clouds: [], providers: [], things: [{ kind: 'image', by: 'name', name: 'utm', namedBy: 'later/Utm' }, { kind: 'network', by: 'name', name: 'red' }] } as const; // prettier-ignore
  return {
    names: neededThings(planned, ['later'], [later, { ...later, name: 'acme' }], things).map(({ stack, thing }) => `${stack}: ${thing.kind} ${thing.name}`), // prettier-ignore
    quotas: changedQuotas(planned),
  };
}
const server = (more: object = {}): Forged => ({ type: 'compute_instance_v2', name: 'web', after: { flavor_name: 'm1.huge', image_name: 'jessie', ...more } }); // prettier-ignore

test('a review asks for the names that a new thing needs, and for those of a stack that was not planned', () => {
  expect(asked(server({ block_device: [{ source_type: 'image', uuid: 'i1' }, { source_type: 'volume', uuid: 'v1' }] })).names).toEqual([
    'acme: flavor m1.huge',
    'acme: image jessie',
    'acme: image i1',
    'later: image utm',
    'later: network red',
  ]); // prettier-ignore
  expect(asked({ type: 'networking_floatingip_v2', name: 'ip', after: { pool: 'red' } }).names).toContain('acme: network red'); // prettier-ignore
});

test('a construct that names a thing is told beside the thing, so that the cloud is asked once for both', () => {
  const things = [{ kind: 'image', by: 'name', name: 'utm', namedBy: 'later/Utm' }] as const;
  const stack = { name: 'later', clouds: [], providers: [], things };
  expect(neededThings([], ['later'], [stack], new Things([]))).toEqual([
    { stack: 'later', path: 'later/Utm', thing: { kind: 'image', by: 'name', name: 'utm' } },
  ]);
});

test('a review asks for no name of a thing that stays, and for none that some stack makes', () => {
  const old = { id: 's', name: 'web', flavor_name: 'm1.old', image_name: 'gone' };
  const renamed = { type: 'compute_instance_v2', name: 'web', before: old, after: { ...old, name: 'w', flavor_name: 'm1.new' } }; // prettier-ignore
  const made = [
    { type: 'images_image_v2', name: 'utm', after: { name: 'utm' } },
    staying('networking_network_v2', 'red', { id: 'n', name: 'red' }),
  ];
  expect(asked(renamed, ...made).names).toEqual(['acme: flavor m1.new']);
});

test('a review asks for what a project uses where a limit changes', () => {
  const quota = (type: string, before: object | undefined, after: object): Forged =>
    ({ type, name: 'quota', ...defined({ before }), after: { project_id: 'p1', ...after } }) as Forged;
  const head = { stack: 'acme', projectId: 'p1' };
  expect(asked(quota('compute_quotaset_v2', { instances: 5, cores: 8 }, { instances: 2, cores: 8, ram: -1 })).quotas).toEqual([
    { ...head, address: 'openstack_compute_quotaset_v2.quota', service: 'compute', limits: { instances: 2 } },
  ]); // prettier-ignore
  expect(asked(quota('networking_quota_v2', undefined, { port: 3 })).quotas).toMatchObject([{ service: 'network', limits: { port: 3 } }]); // prettier-ignore
  expect(asked(quota('networking_quota_v2', undefined, { project_id: '', port: 3 })).quotas).toEqual([]);
});

const address = 'openstack_compute_instance_v2.web';
const reviewOf = (cloud: Partial<CloudSeen>, ...changes: Forged[]) =>
  assembleReview({ ...opening, stacks: [forgedStack('acme', changes)], own: ownPlan([]), cloud: { ...nothingAsked, ...cloud } }); // prettier-ignore
const flavor = {
  stack: 'acme',
  address,
  thing: { kind: 'flavor', by: 'name', name: 'm1.huge', needsAccess: true },
} as const;

test.each([
  [
    0,
    /^server .* needs flavor m1\.huge, and the cloud has none, or hides it from these credentials: a deploy stops there$/,
  ],
  [2, /the cloud has 2 of that name, of which Terraform takes none/],
])('a name of which the cloud has %i is a risk', (count, message) => {
  const { risks, problems } = reviewOf({ names: [{ ...flavor, count: { all: count, private: 0 } }] }, server());
  expect(risks).toMatchObject([{ class: 'not-in-cloud', severity: 'high', message: expect.stringMatching(message) as string }]); // prettier-ignore
  expect(problems).toEqual([]);
});

test('a missing name is told with those that there are, and with the construct where nothing was planned', () => {
  const count = { all: 0, private: 0, others: ['m1.tiny', 'm1.large', 'm1.hugo'] };
  const ofPlanned = reviewOf({ names: [{ ...flavor, count }] }, server());
  expect(ofPlanned.risks[0]?.message).toMatch(
    /, and the cloud has none, or hides it from these credentials \(there are m1\.hugo, m1\.large, m1\.tiny\): a deploy stops there$/,
  );
  const { risks } = reviewOf({ names: [{ stack: 'acme', thing: flavor.thing, path: 'acme/Web/Resource', count }] });
  expect(risks).toMatchObject([
    { where: 'acme/Web/Resource', message: expect.stringMatching(/^acme\/Web\/Resource needs flavor m1\.huge, /) as string },
  ]); // prettier-ignore
});

test('a name that is there is nothing to say, and a name that nobody could look up is a problem, once', () => {
  const two = ['Nova does not answer', 'Nova does not answer'].map((count) => ({ ...flavor, count }));
  expect(reviewOf({ names: [{ ...flavor, count: { all: 1, private: 0 } }] }, server())).toMatchObject({
    risks: [],
    problems: [],
  });
  expect(reviewOf({ names: two }, server())).toMatchObject({
    risks: [],
    problems: [{ stack: 'acme', message: 'whether the cloud has flavor m1.huge was not read: Nova does not answer' }],
  });
  const unread = { stack: 'acme', message: 'the names in its code were not looked up in the cloud: no such file' };
  expect(reviewOf({ unasked: [unread] }, server()).problems).toEqual([unread]);
});

test('names that nobody could look up for one reason are one problem', () => {
  const names = Array.from({ length: 10_000 }, (_, index) => ({
    ...flavor,
    thing: { ...flavor.thing, name: `m${index}\n<b>` },
    count: 'Nova does not answer',
  }));
  expect(reviewOf({ names }, server()).problems.map(({ message }) => message)).toEqual([
    'whether the cloud has flavor m0\\n<b>, flavor m1\\n<b>, flavor m2\\n<b>, flavor m3\\n<b>, flavor m4\\n<b> and 9995 more was not read: Nova does not answer',
  ]);
});

test('a private flavor that a server names by its name is named, since only some logins find it', () => {
  const seen = (all: number, closed: number) => reviewOf({ names: [{ ...flavor, count: { all, private: closed } }] }, server());
  expect(seen(1, 1)).toMatchObject({
    risks: [],
    problems: [],
    notCompared: [{ message: 'whether Terraform finds flavor m1.huge by name: private, so a login finds it only in a project that may use it; give the project access, or name it by its id' }],
  });
  // The other is for everybody, so Terraform finds one or two.
  expect(seen(2, 1)).toMatchObject({ risks: [], notCompared: [{}] });
  expect(seen(3, 1)).toMatchObject({ risks: [{ class: 'not-in-cloud' }], notCompared: [] });
}); // prettier-ignore

const green = 'openstack_networking_network_v2.green';
const deleted: Forged = { type: 'networking_network_v2', name: 'green', before: { id: 'n1', name: 'green' } };
const portSeen = (said: string, isCertain = true) => ({ stack: 'acme', address: green, said, isCertain });

test('ports that no plan deletes are one risk of the network that the change deletes', () => {
  const ports = [portSeen('port legacy (10.93.0.77) in project ops'), portSeen('interface of router by-hand')];
  const { risks, notCompared } = reviewOf({ ports }, deleted);
  expect(risks.filter((risk) => risk.class === 'not-empty')).toMatchObject([
    {
      severity: 'high',
      message:
        'network green has 2 ports that no plan here deletes: port legacy (10.93.0.77) in project ops, interface of router by-hand; Neutron refuses to delete it, and a deploy stops there',
    },
  ]);
  expect(notCompared).toEqual([]);
});

test('a port that may be gone in time is no risk, and is named', () => {
  const { risks, notCompared } = reviewOf({ ports: [portSeen('port vip of Octavia lb-1', false)] }, deleted);
  expect(risks.filter((risk) => risk.class === 'not-empty')).toEqual([]);
  expect(notCompared).toEqual([
    {
      stack: 'acme',
      message:
        'whether Neutron deletes network green, because a service, or another part of the change, may take away in time: port vip of Octavia lb-1',
    },
  ]);
});

test('an address that somebody has is a risk of the thing that is to have it, and one that may be free in time is named', () => {
  const web: Forged = { type: 'networking_port_v2', name: 'web', after: { name: 'web', fixed_ip: [{ ip_address: '10.93.0.77' }] } };
  const seen = { stack: 'acme', address: 'openstack_networking_port_v2.web', said: 'needs 10.93.0.77\n, and port legacy has it' };
  const review = (isCertain: boolean) => reviewOf({ taken: [{ ...seen, isCertain }, { ...seen, stack: 'other', isCertain }] }, web);
  const message = expect.stringMatching(/^port web \(10\.93\.0\.77\) in project .* needs 10\.93\.0\.77\\n, and port legacy has it$/) as string;
  expect(review(true)).toMatchObject({ risks: [{ class: 'address-taken', severity: 'high', where: 'acme/openstack_networking_port_v2.web', message }], problems: [], notCompared: [] });
  const { risks, notCompared } = review(false);
  expect(risks.filter((risk) => risk.class === 'address-taken')).toEqual([]);
  expect(notCompared).toEqual([{ stack: 'acme', message: expect.stringMatching(/^whether an address is free in time: port web .* needs 10\.93\.0\.77/) as string }]);
}); // prettier-ignore

test('a missing right to read ports is no problem, and an answer that is missing is', () => {
  const [hidden, unasked] = [[{ stack: 'acme', message: 'hidden' }], [{ stack: 'acme', message: 'unread' }]];
  expect(reviewOf({ hidden }, deleted)).toMatchObject({ problems: [], notCompared: hidden });
  expect(reviewOf({ unasked }, deleted)).toMatchObject({ problems: unasked, notCompared: [] });
});

test('an id is looked up as an id, and a name as a name', () => {
  const flavors: Forged[] = [staying('compute_flavor_v2', 'own', { id: 'm1.small', name: 'f1' })];
  const web = (after: Readonly<Record<string, string>>): string[] => asked({ type: 'compute_instance_v2', name: 'web', after }, ...flavors).names;
  expect(web({ flavor_name: 'm1.small' })).toContain('acme: flavor m1.small');
  expect(web({ flavor_id: 'f1' })).toContain('acme: flavor f1');
  expect([...web({ flavor_name: 'f1' }), ...web({ flavor_id: 'm1.small' })].filter((name) => name.includes('flavor'))).toEqual([]);
  const floating = forgedStack('acme', [{ type: 'networking_floatingip_v2', name: 'ip', after: { pool: 'red' } }]);
  const things = new Things(floating.plan === undefined ? [] : [{ stack: 'acme', plan: floating.plan }]);
  const [pool] = neededThings(plannedChanges([floating], things), [], [], things);
  expect(reviewOf({ names: [{ ...pool!, count: { all: 2, private: 0 } }] }, { type: 'networking_floatingip_v2', name: 'ip', after: { pool: 'red' } }).risks).toEqual([]);
}); // prettier-ignore

test('quotas that nobody could read for one reason are one problem', () => {
  const changes = ['one', 'two'].map((name): Forged => ({ type: 'networking_quota_v2', name, after: { project_id: name, port: 1 } }));
  const quotas = ['one', 'two'].map((name) => ({ stack: 'acme', address: `openstack_networking_quota_v2.${name}`, service: 'network', projectId: name, limits: { port: 1 }, used: 'it is silent' }) as const);
  expect(reviewOf({ quotas }, ...changes).problems.map(({ message }) => message)).toEqual([expect.stringMatching(/^network quotas of .*, network quotas of .* were not compared with what is in use: it is silent$/)]);
}); // prettier-ignore

test('a missing right to compare is named, and no problem', () => {
  const change = { type: 'compute_quotaset_v2', name: 'quota', before: { project_id: 'p1', instances: 3 }, after: { project_id: 'p1', instances: 4 } }; // prettier-ignore
  const quota = { stack: 'acme', address: 'openstack_compute_quotaset_v2.quota', service: 'compute', projectId: 'p1', limits: { instances: 4 } } as const; // prettier-ignore
  const refused = { notCompared: 'GET /limits was answered with 403' };
  const review = reviewOf({ quotas: [{ ...quota, used: refused }], names: [{ ...flavor, count: refused }] }, change, server()); // prettier-ignore
  expect(review).toMatchObject({
    problems: [],
    notCompared: [
      { stack: 'acme', message: 'whether the cloud has flavor m1.huge: GET /limits was answered with 403' },
      { stack: 'acme', message: expect.stringMatching(/^compute quotas of project .* with what is in use: GET \/limits was answered with 403$/) as string },
    ],
  }); // prettier-ignore
  expect(exitCodes[resultOf(review)]).toBe(2);
  const text = renderReviewText(review, 200);
  expect(text).toContain('No risk was found in what was compared; 2 parts were not.');
  expect(text).toContain('not compared: whether the cloud has flavor m1.huge: GET /limits was answered with 403');
});

test('a limit below what the project uses is a risk, and a use that nobody could read is a problem', () => {
  const change = { type: 'compute_quotaset_v2', name: 'quota', before: { project_id: 'p1', instances: 3 }, after: { project_id: 'p1', instances: 4 } }; // prettier-ignore
  const quota = { stack: 'acme', address: 'openstack_compute_quotaset_v2.quota', service: 'compute', projectId: 'p1', limits: { instances: 4, cores: 9 } } as const; // prettier-ignore
  const seen = (used: Readonly<Record<string, number>> | string) => reviewOf({ quotas: [{ ...quota, used }] }, change);
  expect(seen({ instances: 5, cores: 9 }).risks).toMatchObject([
    { class: 'quota-below-use', message: expect.stringMatching(/: instances: 4 allowed, 5 in use$/) as string },
  ]);
  expect(seen({ instances: 4 })).toMatchObject({ risks: [], problems: [] });
  expect(seen('Nova refuses it').problems).toMatchObject([{ message: expect.stringMatching(/^compute quotas of project .* were not compared with what is in use: Nova refuses it$/) as string }]); // prettier-ignore
});

test('the question of a deploy shows each limit of a quota before and after, and of a new quota the limits that it sets', () => {
  const quota = (type: string, before: object | undefined, after: object): Forged =>
    ({ type, name: 'quota', ...defined({ before }), after: { project_id: 'p1', ...after } }) as Forged;
  const shownFor = (...change: Parameters<typeof quota>): string =>
    renderReview(reviewOf({}, quota(...change)), 120, plain);
  const old = { project_id: 'p1', cores: 8, instances: 5, ram: 2048, region: 'one' };
  expect(shownFor('compute_quotaset_v2', old, { ...old, instances: 2, ram: -1, region: 'two' })).toMatch(
    /\n {2}~ change compute quotas of project \S+ .*\n {6}instances 5 becomes 2, ram 2048 becomes -1\n/,
  );
  expect(shownFor('networking_quota_v2', undefined, { port: 40, network: 3 })).toMatch(
    /\n {2}\+ create network quotas of .*\n {6}network 3, port 40\n/,
  );
});
