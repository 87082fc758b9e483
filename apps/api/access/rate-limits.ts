/** What is left of a subject's allowance. */
interface Bucket {
  tokens: number;
  at: number;
}

const SUBJECTS_KEPT = 50_000;
/** What may be asked at once, in seconds of the rate. */
const BURST_SECONDS = 4;

/** Token buckets, one a subject: so many requests a second, a few seconds' worth at once. */
export class RateLimits {
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly clock: () => number = () => performance.now()) {}

  /** Takes one request from the subject's allowance: 0, or after how many seconds there is one again. */
  take(subject: string, perSecond: number): number {
    const now = this.clock();
    const most = perSecond * BURST_SECONDS;
    let bucket = this.buckets.get(subject);
    if (!bucket) {
      if (this.buckets.size >= SUBJECTS_KEPT) this.forgetOldest();
      this.buckets.set(subject, (bucket = { tokens: most, at: now }));
    }
    bucket.tokens = Math.min(most, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond));
    bucket.tokens -= 1;
    return 0;
  }

  /** Whoever was seen first; if he is still there, he begins with a full bucket again. */
  private forgetOldest(): void {
    this.buckets.delete(this.buckets.keys().next().value!);
  }
}
