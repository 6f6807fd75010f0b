/** Restarts a service of the control plane, one host after the other. */
import { defined } from '../../lib/basics/defined';
import { Blocked, InvalidConfiguration } from '../../lib/basics/errors';
import { nearestNames } from '../../lib/basics/nearest';
import { nameFirst } from '../../lib/basics/name-first';
import type { ServiceRecord } from '../../lib/contract/report-ports';
import { restartCosts, restartDanger } from '../../lib/openstack/restarts';
import { listed, listerOf, serviceRestart } from '../acts/service-restart';
import type { Looking } from '../context';
import { fails, holds, looked, stepsOrRefusal } from '../precondition';
import type { Precondition, Runbook } from '../runbook';
import { restartable, checkUpMeanwhile } from '../service-conditions';
import { lookAtSite, type Site } from '../service-sites';

type UpSite = Extract<Site, { is: 'up' }>;

/** @throws Blocked for every service that is not on the list */
function refuseOthers(service: string): void {
  const danger = restartDanger(service);
  if (danger === undefined) return;
  const all = Object.keys(restartCosts);
  const [near] = nearestNames(service, all);
  const meant = near === undefined ? '' : ` (did you mean ${near}?)`;
  throw new Blocked(`stackward does not restart "${service}"${meant}: ${danger}; it restarts ${all.join(', ')}`);
}

/** The hosts to restart it on. @throws InvalidConfiguration where it is nowhere */
function chosen(service: string, sites: readonly Site[], host: string | undefined): readonly Site[] {
  if (host !== undefined) return sites.filter((site) => site.host === host);
  const found = sites.filter(({ is }) => is !== 'none');
  if (found.length > 0) return found;
  const where = sites.length === 0 ? 'it names none' : `it names ${nameFirst(sites.map((site) => site.host))}`;
  throw new InvalidConfiguration(`${service} runs on no host that stackward.yaml names in full (${where}); give one by --host HOST`, { about: 'name' }); // prettier-ignore
}

/** The name by which Nova or Cinder lists the host. */
const listedAs = ({ host, hostname }: UpSite, records: readonly ServiceRecord[]): string | undefined =>
  [hostname, host, hostname.split('.', 1)[0]].find((name) => records.some((record) => record.host === name));

function heard(
  service: string,
  targets: readonly UpSite[],
  records: readonly ServiceRecord[],
): readonly Precondition[] {
  const lister = listerOf(service);
  if (lister === undefined) return [];
  const own = targets.map((site) => listedAs(site, records));
  const down = records.filter(({ isUp }) => !isUp).map(({ host }) => host);
  const unlisted = targets.filter((_, index) => own[index] === undefined).map(({ host }) => host);
  const isOwn = down.length === 1 && own.includes(down[0]);
  return [
    ...unlisted.map((host) => fails(`${lister} lists no ${service} that is enabled on ${host}, so nobody could tell whether it is up again; see \`stackward services\``)), // prettier-ignore
    down.length === 0
      ? holds(`${lister} hears of ${service} on ${nameFirst(records.map(({ host }) => host))}`)
      : isOwn
        ? holds(`${lister} says that ${service} is down on ${nameFirst(down)} alone, where it is restarted first`)
        : fails(`${lister} says that ${service} is down on ${nameFirst(down)}, so what is restarted may be the last that serves; bring it up there first, or disable it if it is gone`), // prettier-ignore
  ];
}

/** Hosts on which Nova or Cinder counts the service as down come first. */
const downFirst = (targets: readonly UpSite[], records: readonly ServiceRecord[]): readonly UpSite[] => {
  const isDown = (site: UpSite) => records.some((record) => record.host === listedAs(site, records) && !record.isUp);
  return [...targets.filter(isDown), ...targets.filter((site) => !isDown(site))];
};

async function prepare(service: string, host: string | undefined, looking: Looking) {
  refuseOthers(service);
  const { readers } = looking;
  const hosts = [...new Set([...readers.hostsToLookAt, ...(host === undefined ? [] : [host])])];
  const sites = await Promise.all(hosts.map((each) => lookAtSite(service, each, readers)));
  const targets = chosen(service, sites, host);
  const others = sites.filter((site) => !targets.includes(site));
  const told = await looked(() => listed(service, readers), `the services that ${listerOf(service) ?? ''} lists`);
  const records = 'is' in told ? [] : told;
  const isUp = (site: Site): site is UpSite => site.is === 'up';
  const up = downFirst(targets.filter(isUp), records);
  const units = sites.filter(isUp).flatMap((site) => site.units);
  const preconditions = [
    ...targets.flatMap((site) => restartable(service, site)),
    ...others.flatMap((site) => checkUpMeanwhile(service, site)),
    ...('is' in told ? [told] : heard(service, up, records)),
  ];
  const steps = up.flatMap((site) =>
    site.units.map(({ host: name, unit, main, sockets }) => {
      const elsewhere = units.filter((each) => each.host !== name).map((each) => ({ host: each.host, unit: each.unit })); // prettier-ignore
      const inputs = { service, host: name, unit, main: [...main], sockets: [...sockets], others: elsewhere };
      return serviceRestart.step({ ...inputs, ...defined({ listedAs: listedAs(site, records) }) });
    }),
  );
  return {
    seen: [
      ...units.map((each) => `${each.host}: ${each.unit}, process ${each.main.join(', ') || '?'}${each.sockets.length === 0 ? '' : `, listens on ${each.sockets.join(', ')}`}`), // prettier-ignore
      `what a restart costs: ${restartCosts[service]}`,
    ],
    preconditions,
    steps: stepsOrRefusal(steps, preconditions, 'it can be restarted on no host'),
  };
}

export const restartService: Runbook = {
  name: 'restart-service',
  about: 'restart a service of the control plane, one host after the other, each seen up before the next',
  argument: 'SERVICE',
  options: ['host'],
  forms: ({ argument: service, options: { host } }) => [
    { oneOf: [{ act: serviceRestart.name, inputs: { service, ...defined({ host }) } }], times: 'any' },
  ],
  prepare: ({ argument: service, options: { host } }, looking) => prepare(service, host, looking),
};
