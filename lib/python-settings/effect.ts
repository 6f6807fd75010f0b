/** Says when Horizon reads a changed setting, and what that costs. */

/**
 * Django reads its settings once, when a process of the web server starts. A graceful reload of Apache starts the
 * daemon processes of mod_wsgi anew and lets each end the request that it works on.
 */
export const whenHorizonHears = {
  class: 'at a reload',
  how: 'systemctl reload apache2 (RDO: httpd)',
  cost: 'the dashboard answers on; users log in again where sessions are kept in the memory of the web server; servers and their traffic are not touched',
} as const;
