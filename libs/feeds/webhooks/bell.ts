/** Wakes whoever waits; rung while nobody waits, it wakes the next one at once. */
export class Bell {
  private rung = false;
  private wake: (() => void) | undefined;

  ring(): void {
    this.rung = true;
    this.wake?.();
  }

  /** Waits for the bell or the signal, at most so long. One may wait at a time. */
  async heard(atMostMs: number, signal: AbortSignal): Promise<void> {
    if (!this.rung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          this.wake = undefined;
          resolve();
        };
        const timer = setTimeout(done, atMostMs);
        signal.addEventListener('abort', done);
        this.wake = done;
      });
    }
    this.rung = false;
  }
}
