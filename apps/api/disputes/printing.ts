import { Inject, Injectable } from '@nestjs/common';
import { NotPrinted, PAGE_POLICY, findPrinter, printedPdf } from '../../../libs/disputes';
import type { Response } from 'express';
import { Problem } from '../http/problem';
import { SETTINGS } from '../parts';
import type { Settings } from '../settings';

/** How a page is handed over. */
export type PageFormat = 'html' | 'pdf';

/** Pages that wait for the browser at most; more would only time out. */
const WAITING = 16;

/** Hands pages over as HTML or, one after the other, as PDF. */
@Injectable()
export class Printing {
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  /** Sends the page. `name` is what the file is called where it is saved. */
  async send(response: Response, html: string, format: PageFormat, name: string): Promise<void> {
    if (format === 'html') {
      response.setHeader('Content-Security-Policy', `${PAGE_POLICY}; frame-ancestors 'none'`);
      response.type('text/html; charset=utf-8').send(html);
      return;
    }
    const pdf = await this.inTurn(() => this.print(html));
    response.setHeader('Content-Disposition', `inline; filename="${name}.pdf"`);
    response.type('application/pdf').send(pdf);
  }

  private async print(html: string): Promise<Buffer> {
    const { chromium, chromiumSandbox: sandbox } = this.settings.disputes;
    try {
      return await printedPdf(html, { program: findPrinter(chromium), sandbox });
    } catch (error) {
      if (error instanceof NotPrinted) throw new Problem('not-printed', `${error.message}. format=html always works.`);
      throw error;
    }
  }

  /** One browser at a time: it takes a whole processor for a second or two. */
  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.waiting >= WAITING) {
      throw new Problem('not-printed', `${WAITING} pages are waiting to be printed.`, {}, { 'Retry-After': '10' });
    }
    this.waiting++;
    const turn = this.last.then(work, work);
    this.last = turn.catch(() => undefined);
    return turn.finally(() => this.waiting--);
  }
}
