import { brokerFail } from '../errors.ts';
import type { BrokerSettings } from '../settings.ts';
import { flagOf } from '../../runtime/settings.ts';
import type { Transport } from '../sessions/session.ts';
import { overTls, overWebSocket, plain } from './handshakes.ts';
import { isLoopback } from './loopback.ts';
import type { Handshake } from './port.ts';
import { readTlsMaterial } from './tls-material.ts';

export interface PlannedPort {
  readonly transport: Transport;
  readonly host: string;
  readonly port: number;
  readonly flag: string;
  readonly handshake: Handshake;
}

/**
 * Which ports to open, in this order: the plain ones on loopback, the TLS ones when `$home/tls` has a key.
 * @throws LabwatchError BROKER_PLAIN_LISTEN, BROKER_TLS_MATERIAL
 */
export function planPorts(settings: BrokerSettings): PlannedPort[] {
  const { plainListen, listen, mqttMaxPacket } = settings;
  if (!isLoopback(plainListen) && !settings.insecurePlain) throw brokerFail('BROKER_PLAIN_LISTEN', { host: plainListen });
  const port = (key: 'mqttPort' | 'mqttsPort' | 'wsPort' | 'wssPort'): { port: number; flag: string } => ({
    port: settings[key],
    flag: flagOf(key),
  });
  const ports: PlannedPort[] = [
    { transport: 'mqtt', host: plainListen, ...port('mqttPort'), handshake: plain },
    { transport: 'ws', host: plainListen, ...port('wsPort'), handshake: overWebSocket(mqttMaxPacket) },
  ];
  const material = readTlsMaterial(settings.home);
  if (material === undefined) return ports;
  return [
    ...ports,
    { transport: 'mqtts', host: listen, ...port('mqttsPort'), handshake: overTls(material) },
    { transport: 'wss', host: listen, ...port('wssPort'), handshake: overWebSocket(mqttMaxPacket, material) },
  ];
}
