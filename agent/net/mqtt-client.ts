import client from 'mqtt/lib/client';

type Client = (typeof client)['default'];

/**
 * The client of mqtt.js alone: the package's main file would load WebSocket and SOCKS too. Its module is CommonJS; Node hands over its
 * exports, some tools the class that is their default.
 */
export const MqttClient: Client = typeof client === 'function' ? (client as Client) : client.default;
export type MqttClient = InstanceType<Client>;
