import type request from 'supertest';
import { KeyRing, type Principal, type Role } from '../../../../libs/access';
import type { TestServer } from '../../testing/test-server';

/** Somebody with a key of his own. */
export interface Caller {
  /** As the log and the audit trail name him. */
  subject: string;
  key: string;
  get(path: string): request.Test;
  post(path: string, body?: unknown): request.Test;
}

let made = 0;

/** Gives somebody a key of the server, with these roles and regions. */
export function callerWith(
  server: TestServer,
  roles: Role | readonly Role[],
  regions: Principal['regions'] = 'all',
  name = `test-${++made}`,
): Caller {
  const terms = { name, roles: [roles].flat(), regions, expiresAt: undefined };
  const { key } = server.app.get(KeyRing).add(terms, Date.now());
  return { subject: `key:${name}`, key, ...requestsWith(server, key) };
}

/** Requests that bring a bearer token. */
export function requestsWith(server: TestServer, token: string): Pick<Caller, 'get' | 'post'> {
  const bearing = (test: request.Test) => test.set('Authorization', `Bearer ${token}`);
  return {
    get: (path) => bearing(server.stranger.get(path)),
    post: (path, body) => {
      const test = bearing(server.stranger.post(path));
      return body === undefined ? test : test.send(body as object);
    },
  };
}
