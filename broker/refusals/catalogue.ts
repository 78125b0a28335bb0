/** Says a reason to a person; `code` is the CONNACK return code (MQTT 3.1.1, table 3.1) where the client gets one. */
export interface RefusalEntry {
  readonly en: string;
  readonly vi: string;
  readonly code?: 2 | 3 | 4 | 5;
}

/**
 * Everything the broker refuses, and nothing else: the closed list of the label `reason` of
 * `labwatch_broker_refused_total`. docs/broker.md explains each to the person who sees it rise.
 */
export const REFUSALS = {
  // A connection that never gets as far as MQTT.
  'connection-cap': { en: 'as many connections as the broker takes', vi: 'đã đủ số kết nối tối đa' },
  'address-rate': { en: 'too many new connections from one address', vi: 'quá nhiều kết nối mới từ một địa chỉ' },
  'tls-handshake': { en: 'the TLS handshake failed', vi: 'bắt tay TLS không thành công' },
  'websocket-request': { en: 'not a WebSocket request for MQTT', vi: 'không phải yêu cầu WebSocket cho MQTT' },
  'connect-timeout': { en: 'no login in time', vi: 'không đăng nhập kịp thời gian' },
  // What is not MQTT, or not the MQTT we take.
  'not-mqtt': { en: 'the first packet is not an MQTT CONNECT', vi: 'gói đầu tiên không phải MQTT CONNECT' },
  malformed: { en: 'a packet breaks the MQTT format', vi: 'gói tin sai định dạng MQTT' },
  'protocol-version': { en: 'not MQTT 3.1 or 3.1.1', vi: 'không phải MQTT 3.1 hay 3.1.1' },
  'packet-too-large': { en: 'a packet is larger than allowed', vi: 'gói tin lớn hơn mức cho phép' },
  // Who may connect.
  'no-credentials': { en: 'no user name or no secret', vi: 'thiếu tên đăng nhập hoặc mật khẩu', code: 4 },
  'client-id': { en: 'the client id is not the user name', vi: 'mã máy khách không trùng tên đăng nhập', code: 2 },
  'unknown-device': { en: 'no such device', vi: 'không có thiết bị này', code: 4 },
  'wrong-secret': { en: 'the secret is wrong', vi: 'sai mật khẩu', code: 4 },
  revoked: { en: 'the device was revoked', vi: 'thiết bị đã bị thu hồi', code: 5 },
  'no-longer-valid': { en: 'revoked or enrolled again while connected', vi: 'bị thu hồi hoặc đăng ký lại khi đang kết nối' },
  'keep-alive': { en: 'no keep-alive, or one that is too long', vi: 'không có keep-alive hoặc quá dài', code: 2 },
  will: {
    en: 'a Will that is not a retained message to its own presence topic',
    vi: 'Will không phải bản tin giữ lại vào chủ đề presence của chính nó',
    code: 5,
  },
  'ledger-unavailable': { en: 'the ledger does not answer', vi: 'sổ cái không trả lời', code: 3 },
  // What a client may publish.
  'publish-foreign': { en: "publishing to another device's topic", vi: 'đăng vào chủ đề của thiết bị khác' },
  'publish-topic': { en: 'publishing to a topic that is not for it', vi: 'đăng vào chủ đề không dành cho mình' },
  'publish-retained': { en: 'a retained message outside presence', vi: 'bản tin giữ lại ngoài chủ đề presence' },
  'publish-retained-size': { en: 'a retained message larger than 4 KiB', vi: 'bản tin giữ lại lớn hơn 4 KiB' },
  'publish-qos': { en: 'QoS 2 is not taken', vi: 'không nhận QoS 2' },
  'not-stored': { en: 'the message could not be stored now', vi: 'hiện chưa lưu được bản tin' },
  // What a client may read.
  'subscribe-wildcard': { en: 'a subscription with a wildcard', vi: 'đăng ký theo dõi bằng ký tự đại diện' },
  'subscribe-sys': { en: "subscribing to the broker's own topics", vi: 'đăng ký theo dõi chủ đề riêng của broker' },
  'subscribe-share': { en: 'a shared subscription', vi: 'đăng ký theo dõi dùng chung' },
  'subscribe-foreign': { en: "subscribing to another device's topic", vi: 'đăng ký theo dõi chủ đề của thiết bị khác' },
  'subscribe-topic': { en: 'subscribing to a topic that is not for it', vi: 'đăng ký theo dõi chủ đề không dành cho mình' },
  // How much.
  'message-rate': { en: 'too many packets for too long', vi: 'gửi quá nhiều gói trong thời gian dài' },
  'slow-reader': { en: 'does not read what is sent to it', vi: 'không đọc những gì được gửi tới' },
} as const satisfies Record<string, RefusalEntry>;

export type Refusal = keyof typeof REFUSALS;
export const REFUSAL_REASONS = Object.keys(REFUSALS) as Refusal[];

/** An error for aedes, which closes the connection on it; `returnCode` is what it puts into the CONNACK. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly reason: Refusal;
  readonly returnCode: number;

  constructor(reason: Refusal) {
    super(REFUSALS[reason].en);
    this.reason = reason;
    this.returnCode = (REFUSALS[reason] as RefusalEntry).code ?? 5;
  }
}
