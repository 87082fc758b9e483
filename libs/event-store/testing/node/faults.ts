/** Where in its work the node asks whether something should go wrong. */
export type FaultPoint =
  /** An append has arrived; nothing is written. */
  | 'append'
  /** The append is written, the answer not sent. */
  | 'appended'
  /** A read or a subscription has arrived. */
  | 'read'
  | 'subscribe'
  /** Before each event a read or a subscription sends. */
  | 'reading'
  | 'following';

export type Fault =
  /** Cuts every connection of the node, then goes on working: an append that has arrived is still written. */
  | { fault: 'drop' }
  /** The process is gone, and with it what was not written; it comes back after a while. */
  | { fault: 'kill'; reviveAfterMs: number }
  /** The whole node stands still for a while, its connections open. */
  | { fault: 'freeze'; ms: number }
  /** This one call takes longer. */
  | { fault: 'delay'; ms: number }
  /** Refused without being done. */
  | { fault: 'busy' | 'notReady' | 'timeout' }
  /** Done as far as it was done, and never answered. */
  | { fault: 'silence' }
  /** The call ends here, with an error or as if all were well. */
  | { fault: 'cut' | 'end' };

/** Decides at each point. A plan is asked in the order in which the node works. */
export type FaultPlan = (point: FaultPoint) => Fault | undefined;

/** A plan of what to do at the next passing of each point, once. */
export class FaultsInTurn {
  private readonly queued: { point: FaultPoint; fault: Fault }[] = [];

  next(point: FaultPoint, fault: Fault): void {
    this.queued.push({ point, fault });
  }

  readonly plan: FaultPlan = (point) => {
    const index = this.queued.findIndex((queued) => queued.point === point);
    return index === -1 ? undefined : this.queued.splice(index, 1)[0]!.fault;
  };
}
