import ipaddr from 'ipaddr.js';

/** Networks that ipaddr.js counts as public, though nobody's link leads there for a good reason. */
const refused: readonly [address: string, bits: number][] = [
  // Azure's own services, among them its metadata.
  ['168.63.129.16', 32],
  // Benchmarks of networks (RFC 2544), and documentation.
  ['198.18.0.0', 15],
  ['192.0.2.0', 24],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  // IPv4 in IPv6: compatible (::/96), and both kinds of NAT64.
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  // 6to4, Teredo, documentation.
  ['2002::', 16],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['3fff::', 20],
];
/** Where public IPv6 addresses are: nothing else has been given out. */
const globalUnicast: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/** Whether an address is one of the public internet, in whichever spelling. False for what is none. Pure. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  // Unwraps IPv4-mapped addresses: ::ffff:127.0.0.1.
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast') return false;
  if (address instanceof ipaddr.IPv6 && !address.match(globalUnicast)) return false;
  return !refused.some(([network, bits]) => {
    const parsed = ipaddr.parse(network);
    if (address instanceof ipaddr.IPv4) return parsed instanceof ipaddr.IPv4 && address.match(parsed, bits);
    return parsed instanceof ipaddr.IPv6 && address.match(parsed, bits);
  });
}
