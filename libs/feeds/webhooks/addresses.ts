import { lookup as lookUp, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Addresses that are nobody's on the public network: this machine, the house's own networks, and what is reserved. */
const RESERVED: readonly [network: string, prefix: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['::1', 128],
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];
const reserved = blockList(RESERVED);
const loopback = blockList([
  ['127.0.0.0', 8],
  ['::1', 128],
]);

/** A network such as `10.20.0.0/16`; undefined where the text is none. */
export function parseNetwork(text: string): readonly [network: string, prefix: number] | undefined {
  const [network = '', prefix = '', ...more] = text.trim().split('/');
  const version = isIP(network);
  const length = /^\d{1,3}$/.test(prefix) ? Number(prefix) : NaN;
  if (version === 0 || more.length > 0 || !(length <= (version === 4 ? 32 : 128))) return undefined;
  return [network, length];
}

/** Thrown where an address is not sent to; before anything is sent. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

/**
 * Which addresses the ledger sends to: the public network, and those of the house's own that a setting permits. Names are checked
 * by what they resolve to at the moment of connecting, so that a name cannot change its mind in between.
 */
export class AddressGuard {
  private readonly permitted: BlockList;

  constructor(permitted: readonly (readonly [network: string, prefix: number])[]) {
    this.permitted = blockList(permitted);
  }

  /** What is wrong with the address, as far as it can be told without resolving its name; undefined where nothing is. */
  faultOf(address: string): string | undefined {
    let url: URL;
    try {
      url = new URL(address);
    } catch {
      return 'an address such as https://example.org/hook';
    }
    if (url.username !== '' || url.password !== '') return 'an address without user and password';
    if (url.hash !== '') return 'an address without #';
    const host = hostOf(url);
    if (url.protocol === 'http:') {
      const here = host === 'localhost' || (isIP(host) !== 0 && isIn(loopback, host));
      if (!here) return 'https: only this machine may be reached without it';
    } else if (url.protocol !== 'https:') return 'https';
    if (isIP(host) !== 0 && !this.permits(host)) return PUBLIC;
    return undefined;
  }

  /** Resolves a name for a connection. Fails where any of its addresses is not permitted. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    lookUp(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const refused = (addresses as LookupAddress[]).some(({ address }) => !this.permits(address));
      if (refused) return callback(new AddressRefused(`${hostname} does not resolve to ${PUBLIC}`), '', 0);
      if (options.all) return callback(null, addresses as LookupAddress[]);
      const [first] = addresses as LookupAddress[];
      return callback(null, first!.address, first!.family);
    });
  };

  private permits(address: string): boolean {
    return !isIn(reserved, address) || isIn(this.permitted, address);
  }
}

/** The host of an address, an IPv6 one without its brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

const PUBLIC = 'an address of the public network, or of a network that LEDGER_WEBHOOK_NETWORKS permits';

function blockList(networks: readonly (readonly [network: string, prefix: number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, isIP(network) === 6 ? 'ipv6' : 'ipv4');
  return list;
}

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
