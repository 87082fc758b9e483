import { define } from './envelope';
import { OneOf } from './fields';
import { custodyKinds, type CustodyKind } from './words';

/** A prison sentence, or community correction (社区矫正), which leaves participation open (TL-1.3). `effectiveOn` is its first, or its last, day. */
export class CustodyData {
  @OneOf(custodyKinds)
  kind!: CustodyKind;
}

export const custodyStarted = define('CustodyStarted', CustodyData);
export const custodyEnded = define('CustodyEnded', CustodyData);
