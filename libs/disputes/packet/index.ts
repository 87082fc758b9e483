export { checkPacket, type PacketFinding, type PacketVerdict } from './check-packet';
export { type Packet, type PacketContent } from './format';
export { packetText, sealPacket, type PacketSource } from './seal-packet';
