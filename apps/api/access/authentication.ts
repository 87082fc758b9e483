import { Inject, Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { PinoLogger } from 'nestjs-pino';
import { IssuerUnreachable, KeyRing, SignIn, TokenRefused, isKey, type Principal } from '../../../libs/access';
import { tokenCheck } from '../bearer-token';
import { Problem } from '../http/problem';
import { SETTINGS, TOKEN } from '../parts';
import type { Settings } from '../settings';
import { RateLimits } from './rate-limits';
import { tooMany, unauthenticated } from './refusals';

/** What anyone may see: that the server lives, and how it is spoken to. */
const OPEN = /^\/(healthz|readyz|docs(\/.*)?|docs-json)$/;
const BEARER = /^bearer +([A-Za-z0-9._~+/=-]+)$/i;
/** Wrong tokens from one address, a second. */
const FAILURES_PER_SECOND = 10;

/** Whoever holds the token that the first start printed. */
export const INSTALLER: Principal = { subject: 'api-token', roles: ['administrator'], regions: 'all' };

/** Finds out who asks: by the first token, by a key, or by a token of the sign-in. */
@Injectable()
export class Authentication {
  private readonly isToken: (given: string) => boolean;
  private readonly signIn: SignIn | undefined;
  private readonly limits = new RateLimits();

  constructor(
    @Inject(TOKEN) token: string,
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly keys: KeyRing,
    private readonly log: PinoLogger,
  ) {
    this.isToken = tokenCheck(token);
    this.signIn = settings.access.signIn && new SignIn(settings.access.signIn);
  }

  /** Lets no one past who does not say who he is, and no one too often. */
  readonly middleware = async (request: Request, _response: Response, next: NextFunction): Promise<void> => {
    try {
      await this.admit(request);
    } catch (error) {
      next(error);
      return;
    }
    next();
  };

  private async admit(request: Request): Promise<void> {
    const open = OPEN.test(request.originalUrl.split('?', 1)[0]!);
    const given = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (given === undefined) {
      if (open) return;
      throw this.turnedAway(request, unauthenticated(undefined));
    }
    const principal = await this.principalOf(given).catch((error: unknown) => {
      if (open) return undefined;
      throw this.notBelieved(request, error);
    });
    if (!principal) return;
    const { person, machine } = this.settings.access.rates;
    const isMachine = principal === INSTALLER || principal.roles.includes('integrator');
    request.principal = principal;
    const seconds = this.limits.take(principal.subject, isMachine ? machine : person);
    if (seconds > 0) throw tooMany(seconds);
  }

  private async principalOf(given: string): Promise<Principal> {
    if (this.isToken(given)) return INSTALLER;
    if (isKey(given)) {
      const holder = this.keys.principalOf(given, Date.now());
      if (holder) return holder;
      throw new TokenRefused('key');
    }
    if (!this.signIn) throw new TokenRefused('unknown');
    return this.signIn.principalOf(given);
  }

  private notBelieved(request: Request, error: unknown): unknown {
    if (error instanceof TokenRefused) return this.turnedAway(request, unauthenticated(error.reason));
    if (!(error instanceof IssuerUnreachable)) return error;
    this.log.warn({ reason: error.message }, 'the sign-in cannot be asked for its keys');
    return new Problem(
      'sign-in-unreachable',
      'The token cannot be checked, because the sign-in that issued it does not answer. Send the request again.',
      {},
      { 'Retry-After': '5' },
    );
  }

  /** The refusal, or that there were too many of them from there. */
  private turnedAway(request: Request, refusal: Problem): Problem {
    const seconds = this.limits.take(`address ${request.socket.remoteAddress ?? ''}`, FAILURES_PER_SECOND);
    return seconds > 0 ? tooMany(seconds) : refusal;
  }
}
