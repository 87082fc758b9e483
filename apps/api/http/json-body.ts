import type { NextFunction, Request, Response } from 'express';
import { Problem } from './problem';

/** Deeper than any event; a limit so that no reader of a body needs one of its own. */
const MAX_DEPTH = 32;
/** More parts than the payroll of a large employer has. */
const MAX_ITEMS = 20_000;
const BODY_METHODS = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const JSON_TYPE = /^application\/(?:[a-z0-9.+-]+\+)?json$/i;

/**
 * Reads a JSON body of at most `maxBytes`, in UTF-8 and not compressed, no deeper than an event needs. Express' own reader quotes the
 * body in its errors; this one never does. `skip` says which requests read their bodies themselves.
 */
export function jsonBody(maxBytes: number, skip: (request: Request) => boolean) {
  return async (request: Request, _response: Response, next: NextFunction): Promise<void> => {
    if (!BODY_METHODS.has(request.method) || skip(request)) {
      next();
      return;
    }
    try {
      request.body = parsed(await bytesOf(request, maxBytes), request);
    } catch (error) {
      next(error);
      return;
    }
    next();
  };
}

function parsed(bytes: Buffer, request: Request): unknown {
  if (bytes.length === 0) return undefined;
  checkMediaType(request);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Problem('malformed-json', 'The body is not UTF-8.');
  }
  const found = excess(text);
  if (found !== undefined) throw new Problem('malformed-json', `The body is more than is read: ${found}.`);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const place = /at position (\d+)/.exec((error as Error).message)?.[1];
    throw new Problem('malformed-json', `The body is not JSON${place === undefined ? '' : ` at character ${place}`}.`);
  }
}

function checkMediaType(request: Request): void {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').split(';').map((part) => part.trim());
  const charset = parameters.map((one) => /^charset="?([^"]*)"?$/i.exec(one)?.[1]).find((one) => one !== undefined);
  if (!JSON_TYPE.test(type)) {
    throw new Problem(
      'unsupported-media-type',
      'Send the body as Content-Type: application/json.',
      {},
      { Accept: 'application/json' },
    );
  }
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw new Problem('unsupported-media-type', 'Send the body in UTF-8.', {}, { Accept: 'application/json' });
  }
}

async function bytesOf(request: Request, maxBytes: number): Promise<Buffer> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw new Problem('unsupported-media-type', 'Send the body uncompressed.', {}, { 'Accept-Encoding': 'identity' });
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);

  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const fail = (problem: Problem) => {
      request.removeAllListeners('data').resume();
      reject(problem);
    };
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) fail(tooLarge(maxBytes));
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => fail(cutShort()));
    // Every request closes; cut short is one that was not read to its end.
    request.on('close', () => {
      if (!request.complete) fail(cutShort());
    });
  });
}

function cutShort(): Problem {
  return new Problem('malformed-request', 'The body ended before it was whole.');
}

function tooLarge(maxBytes: number): Problem {
  return new Problem('too-large', `The body is larger than ${maxBytes} bytes; send fewer events at once.`);
}

/** What is too much in the text, read as JSON: a bracket too many, or a list too long; undefined where nothing is. */
function excess(text: string): string | undefined {
  const commas: number[] = [];
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (inString) {
      if (character === 92 /* \ */) at++;
      else if (character === 34 /* " */) inString = false;
    } else if (character === 34) inString = true;
    else if (character === 91 /* [ */ || character === 123 /* { */) {
      if (commas.push(0) > MAX_DEPTH) return `nested deeper than ${MAX_DEPTH} levels at character ${at}`;
    } else if (character === 93 /* ] */ || character === 125 /* } */) commas.pop();
    else if (character === 44 /* , */ && commas.length > 0 && ++commas[commas.length - 1]! >= MAX_ITEMS)
      return `a list or object of more than ${MAX_ITEMS} parts at character ${at}`;
  }
  return undefined;
}
