import type { Response } from 'express';
import { once } from 'node:events';

/** Nobody takes longer to take what waits for him. */
const STALL_MS = 30_000;

/**
 * Writes lines of JSON as they come, no faster than they are taken, until the client leaves or `stopping`. The status is sent with the
 * first; what breaks off after it is a last line `{"kind":"failed"}`, and told to `onError`.
 */
export async function sendLines(
  response: Response,
  first: object,
  more: AsyncGenerator<object, void>,
  stopping: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> {
  response.writeHead(200, {
    'Content-Type': 'application/x-ndjson; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  try {
    await send(response, first);
    for await (const line of more) {
      if (response.destroyed) return;
      if (stopping.aborted) return void (await send(response, failed('the server is stopping')));
      await send(response, line);
    }
  } catch (error) {
    if (response.destroyed) return;
    onError(error);
    response.write(`${JSON.stringify(failed('something broke inside'))}\n`);
  } finally {
    response.end();
  }
}

function failed(why: string): object {
  return { kind: 'failed', why };
}

async function send(response: Response, line: object): Promise<void> {
  if (response.write(`${JSON.stringify(line)}\n`) || response.destroyed) return;
  const over = new AbortController();
  const stalled = setTimeout(() => response.destroy(), STALL_MS);
  try {
    await Promise.race([once(response, 'drain', over), once(response, 'close', over)]);
  } finally {
    clearTimeout(stalled);
    over.abort();
  }
}
