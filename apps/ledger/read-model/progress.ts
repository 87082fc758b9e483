import type { Language, Terminal } from '../terminal';

/** How far some work has come. */
export interface Step {
  name: string;
  done: number;
  total: number;
  /** Of what is counted, a second. */
  perSecond?: number;
  secondsLeft?: number;
}

const BAR = 24;
const LIVE_MS = 100;
const LINE_MS = 5_000;

/** A bar that is drawn anew in a terminal; in a file or a pipe, a line now and then. */
export class ProgressBar {
  private shownAt = 0;
  private name = '';
  private drawn = 0;

  constructor(
    private readonly terminal: Terminal,
    private readonly language: Language,
    private readonly live = process.stderr.isTTY === true,
  ) {}

  show(step: Step): void {
    const now = Date.now();
    if (step.name === this.name && now - this.shownAt < (this.live ? LIVE_MS : LINE_MS)) return;
    this.shownAt = now;
    this.name = step.name;
    const text = progressText(step, this.language);
    if (!this.live) return void this.terminal.err(`${text}\n`);
    this.terminal.err(`\r${text}${' '.repeat(Math.max(0, this.drawn - text.length))}`);
    this.drawn = text.length;
  }

  /** Takes the bar away, so that what follows has its own line. */
  end(): void {
    if (this.live && this.drawn > 0) this.terminal.err(`\r${' '.repeat(this.drawn * 2)}\r`);
    this.drawn = 0;
  }
}

/** `folding [######------] 50%  5,000 / 10,000  1,250/s  4 s left` */
export function progressText({ name, done, total, perSecond, secondsLeft }: Step, language: Language): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const full = Math.floor(share * BAR);
  const parts = [
    `${name} [${'#'.repeat(full)}${'-'.repeat(BAR - full)}] ${Math.floor(share * 100)}%`,
    `${counted(done)} / ${counted(total)}`,
  ];
  if (perSecond !== undefined && perSecond > 0) parts.push(`${counted(Math.round(perSecond))}/s`);
  if (secondsLeft !== undefined && share < 1) parts.push(leftText(secondsLeft, language));
  return parts.join('  ');
}

export function counted(count: number): string {
  return count.toLocaleString('en-US');
}

function leftText(seconds: number, language: Language): string {
  const whole = Math.ceil(seconds);
  const time =
    whole < 60
      ? `${whole} s`
      : whole < 3600
        ? `${Math.floor(whole / 60)} min ${whole % 60} s`
        : `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return language === 'zh' ? `还需 ${time}` : `${time} left`;
}
