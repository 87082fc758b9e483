import { BrokenWorkbook } from './zip';

/** What a reader of XML is told: names without their prefix, texts with entities resolved. */
export interface XmlListener {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  text(text: string): void;
  close(name: string): void;
}

const LONGEST_PIECE = 1_000_000;

/**
 * Reads XML piece by piece, as far as workbooks need it, in constant memory. Declarations of entities are refused, so nothing
 * can swell. Throws `BrokenWorkbook`.
 */
export class XmlReader {
  private rest = '';

  constructor(
    private readonly part: string,
    private readonly listener: XmlListener,
  ) {}

  write(piece: string): void {
    const xml = this.rest === '' ? piece : this.rest + piece;
    let at = 0;
    for (;;) {
      const tag = xml.indexOf('<', at);
      if (tag < 0) break;
      const next = this.take(xml, tag, at);
      if (next < 0) break;
      at = next;
    }
    this.rest = xml.slice(at);
    if (this.rest.length > LONGEST_PIECE)
      throw new BrokenWorkbook(`the part ${this.part} has a text of more than ${LONGEST_PIECE} characters`);
  }

  end(): void {
    if (this.rest.includes('<')) throw new BrokenWorkbook(`the part ${this.part} breaks off`);
  }

  /** Tells the text before the tag, and the tag; gives where it ends, or -1 where it is not whole. */
  private take(xml: string, tag: number, textAt: number): number {
    const second = xml.charCodeAt(tag + 1);
    let end: number;
    if (second === EXCLAMATION) {
      const comment = xml.startsWith('<!--', tag);
      const data = !comment && xml.startsWith('<![CDATA[', tag);
      if (!comment && !data && xml.length - tag < 9) return -1;
      if (!comment && !data) throw new BrokenWorkbook(`the part ${this.part} declares a document type`);
      end = xml.indexOf(comment ? '-->' : ']]>', tag + 4);
      if (end < 0) return -1;
      if (tag > textAt) this.listener.text(resolved(xml.slice(textAt, tag)));
      if (data) this.listener.text(xml.slice(tag + 9, end));
      return end + 3;
    }
    end = endOfTag(xml, tag);
    if (end < 0) return -1;
    if (tag > textAt) this.listener.text(resolved(xml.slice(textAt, tag)));
    if (second === SLASH) this.listener.close(local(xml.slice(tag + 2, end).trimEnd()));
    else if (second !== QUESTION) this.openTag(xml, tag + 1, end);
    return end + 1;
  }

  private openTag(xml: string, from: number, end: number): void {
    const empty = xml.charCodeAt(end - 1) === SLASH;
    const inside = xml.slice(from, empty ? end - 1 : end);
    const blank = inside.search(/\s/);
    const name = local(blank < 0 ? inside : inside.slice(0, blank));
    this.listener.open(name, blank < 0 ? NONE : attributesOf(inside.slice(blank)));
    if (empty) this.listener.close(name);
  }
}

const EXCLAMATION = 33;
const SLASH = 47;
const QUESTION = 63;
const NONE: Readonly<Record<string, string>> = {};

/** Where the tag ends; a `>` inside quotes does not end it. */
function endOfTag(xml: string, tag: number): number {
  let end = xml.indexOf('>', tag);
  let from = tag;
  while (end >= 0) {
    const quote = firstQuote(xml, from, end);
    if (quote < 0) return end;
    const closing = xml.indexOf(xml[quote]!, quote + 1);
    if (closing < 0) return -1;
    from = closing + 1;
    if (closing > end) end = xml.indexOf('>', closing);
  }
  return -1;
}

function firstQuote(xml: string, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    const code = xml.charCodeAt(at);
    if (code === 34 || code === 39) return at;
  }
  return -1;
}

function attributesOf(text: string): Record<string, string> {
  const attributes: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [, name, double, single] of text.matchAll(ATTRIBUTE)) {
    attributes[local(name!)] = resolved(double ?? single ?? '');
  }
  return attributes;
}

const ATTRIBUTE = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

function local(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}

function resolved(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(\w{2,4}));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name as string] ?? whole;
    const code = decimal === undefined ? parseInt(hex as string, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
