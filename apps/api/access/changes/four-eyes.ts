import { Inject, Injectable } from '@nestjs/common';
import { KeyRing, holdsRole, type Principal } from '../../../../libs/access';
import { SETTINGS } from '../../parts';
import type { Settings } from '../../settings';
import { INSTALLER } from '../authentication';

/** What undoes, changes or interprets what was recorded, and what pays money out. */
const NEEDS_A_SECOND = new Set<unknown>(['Corrected', 'Voided', 'RulingRecorded', 'Refunded']);

/** Whether what somebody writes needs a second person. */
@Injectable()
export class FourEyes {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly keys: KeyRing,
  ) {}

  /** Whether these events of this caller do. */
  need(principal: Principal, sent: readonly unknown[]): boolean {
    return sent.some((one) => NEEDS_A_SECOND.has((one as { type?: unknown } | null)?.type)) && this.holdFor(principal);
  }

  /** Whether the caller's changes of that kind do. By `auto` they do where somebody else could approve them. */
  holdFor(principal: Principal): boolean {
    const { fourEyes, signIn } = this.settings.access;
    if (fourEyes !== 'auto') return fourEyes === 'on';
    if (principal.subject !== INSTALLER.subject || signIn !== undefined) return true;
    return this.keys.principals(Date.now()).some((other) => holdsRole(other, ['supervisor']));
  }
}
