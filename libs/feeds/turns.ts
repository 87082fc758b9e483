const TURN_MS = 10;

/** Lets work that holds up the process come in short turns, one at a time, and everything else of the process in between. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** Goes through the steps for one turn, or until `use` says that it has enough; gives whether the steps are over. */
  take<Step>(steps: AsyncGenerator<Step>, use: (step: Step) => boolean): Promise<boolean> {
    const mine = this.last.then(async () => {
      const until = performance.now() + TURN_MS;
      do {
        const { value, done } = await steps.next();
        if (done) return true;
        if (use(value)) return false;
      } while (performance.now() < until);
      return false;
    });
    const rest = () => new Promise(setImmediate);
    this.last = mine.then(rest, rest);
    return mine;
  }
}
