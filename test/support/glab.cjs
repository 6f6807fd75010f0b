#!/usr/bin/env node
// Stands in for `glab api`, where `npm test` has no glab: Debian has no package of it. test/contract/forge-gitlab-suite.ts
// holds for it and for the real one. It takes the flags that glab 1.22 has and no others. After a refusal it ends with
// GLAB_ENDS_WITH, because glab 1.22 ends with 0, and later versions with 1.
const { Buffer } = require('node:buffer');
const { readFileSync } = require('node:fs');
const { request } = require('node:http');
const { connect } = require('node:tls');
const { parseArgs } = require('node:util');

const { GITLAB_HOST = 'https://gitlab.com', GITLAB_TOKEN = '', HTTPS_PROXY, SSL_CERT_FILE } = process.env;
const { GLAB_ENDS_WITH = '0' } = process.env;
const [command, ...rest] = process.argv.slice(2);
const { values, positionals } = parseArgs({
  args: rest,
  allowPositionals: true,
  options: {
    method: { type: 'string' },
    field: { type: 'string', multiple: true, default: [] },
    paginate: { type: 'boolean', default: false },
  },
});
if (command !== 'api' || positionals.length !== 1)
  throw new Error(`no stand-in for: ${process.argv.slice(2).join(' ')}`);

/** A field that begins with @ is the text of a file. No script gives another kind. */
const valueOf = (text) => {
  if (text.startsWith('@')) return readFileSync(text.slice(1), 'utf8');
  throw new Error(`no stand-in for the field ${text}`);
};
const fields = values.field.map((each) => /^([^=]+)=(.*)$/s.exec(each)).map(([, key, text]) => [key, valueOf(text)]);
const body = fields.length === 0 ? undefined : JSON.stringify(Object.fromEntries(fields));
const method = values.method ?? (body === undefined ? 'GET' : 'POST');

/** A connection through the proxy, as Go's clients make it. */
const tunnel = ({ hostname }) =>
  new Promise((done, fail) => {
    const asked = request(HTTPS_PROXY, { method: 'CONNECT', path: `${hostname}:443` });
    asked.on('connect', (_, socket) =>
      done(connect({ socket, servername: hostname, ca: readFileSync(SSL_CERT_FILE) })),
    );
    asked.on('error', fail).end();
  });

async function ask(address) {
  const url = new URL(address);
  const socket = await tunnel(url);
  const headers = { 'PRIVATE-TOKEN': GITLAB_TOKEN, ...(body && { 'content-type': 'application/json; charset=utf-8' }) };
  return new Promise((done, fail) => {
    const how = { method, headers, defaultPort: 443, protocol: 'http:', createConnection: () => socket };
    const asked = request(url, how, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part)).on('end', () => done({ response, bytes: Buffer.concat(parts) }));
    });
    asked.on('error', fail).end(body);
  });
}

(async () => {
  let next = `${GITLAB_HOST}/api/v4/${positionals[0]}`;
  while (next) {
    const { response, bytes } = await ask(next);
    process.stdout.write(bytes);
    if (response.statusCode > 299) {
      const isJson = /[/+]json(;|$)/.test(response.headers['content-type']);
      const said = isJson
        ? `${JSON.parse(bytes).message} (HTTP ${response.statusCode})`
        : `HTTP ${response.statusCode}`;
      console.error(`glab: ${said}`);
      process.exitCode = Number(GLAB_ENDS_WITH);
      return;
    }
    const link = [...(response.headers.link ?? '').matchAll(/<([^>]+)>;\s*rel="([^"]+)"/g)].find(
      ([, , name]) => name === 'next',
    );
    next = values.paginate ? link?.[1] : undefined;
  }
})();
