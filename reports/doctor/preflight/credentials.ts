import type { Login } from '../../../lib/contract/report-ports';
import type { Looked } from '../../looked';
import { defineCheck } from '../check';

export const credentials = defineCheck<{ readonly login: Looked<Login>; readonly account: Looked<string> }>({
  code: 'SW-9001',
  title: 'the login fails, or its token lacks a role',
  needs: ['the API'],
  read: async (sources) => ({ login: await sources.login(), account: await sources.account() }),
  judge: ({ login, account }, show) => {
    if (!login.isRead)
      return [
        {
          result: 'fault',
          subject: 'credentials',
          found: 'The login fails.',
          evidence: [...(account.isRead ? [account.value] : []), login.why],
          step: 'Where nothing answers: start Keystone, or correct auth_url. Where Keystone refuses: correct user, password or project. Both stand in the entry of clouds.yaml, or in the OS_* variables.',
        },
      ];
    const { user = '?', project = '?', roles, expiresAt } = login.value;
    const evidence = [
      `user ${user}, project ${project}, roles ${roles.join(', ') || 'none'}`,
      ...(expiresAt === undefined ? [] : [`the token is valid until ${show(expiresAt)}`]),
    ];
    if (roles.includes('admin'))
      return [{ result: 'fine', subject: 'credentials', found: evidence[0] ?? '', evidence }];
    return [
      {
        result: 'risk',
        subject: 'credentials',
        evidence,
        found: 'The login works, and its token has no role "admin".',
        step: 'Use the credentials of an administrator where the code makes projects, shared networks or quotas, or where agents and services are read. Where this cloud calls that role otherwise, acknowledge this finding.',
      },
    ];
  },
  page: {
    means:
      'Keystone refuses the login; or it takes the credentials, and the token does not hold `admin`. Neutron then hides agents and bindings, and refuses shared networks; Nova refuses its service list; Keystone refuses projects and role assignments.',
    evidence: 'The roles in the token, its user and its project.',
    alike: 'A cloud whose administrators have a role of another name.',
    step: 'Choose the right entry of clouds.yaml (`cloud:` in stackward.yaml, or OS_CLOUD).',
    never: 'Do not give `admin` to the account of a tenant: it is an administrator of the whole cloud then.',
  },
});
