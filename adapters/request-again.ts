import type { Dispatcher } from 'undici';

/**
 * Sends a request. A GET whose connection the other side closes before it answers is sent once more, within the same
 * deadline: a server, or a proxy before it, may close a kept connection at the moment at which the next request comes,
 * and a client may repeat a request that changes nothing (RFC 9110, 9.2.2). Any other request is sent once.
 */
export async function requestAgain(
  dispatcher: Dispatcher,
  options: Dispatcher.RequestOptions,
): Promise<Dispatcher.ResponseData> {
  try {
    return await dispatcher.request(options);
  } catch (error) {
    if (options.method !== 'GET' || !closed.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return dispatcher.request(options);
  }
}

const closed = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);
