import { failWith, type ErrorCatalogue } from '../runtime/errors.ts';

/** Errors that stop the broker from starting. */
export const brokerErrors = {
  BROKER_PLAIN_LISTEN: {
    en: 'the unencrypted listeners would be reachable from the network on {host}',
    vi: 'các cổng không mã hoá sẽ mở ra mạng tại địa chỉ {host}',
    hint: {
      en: 'Use 127.0.0.1 with --plain-listen, or add --insecure-plain if you accept that secrets cross the network readable.',
      vi: 'Hãy dùng 127.0.0.1 cho --plain-listen, hoặc thêm --insecure-plain nếu chấp nhận mật khẩu đi qua mạng mà không được mã hoá.',
    },
    exit: 78,
  },
  BROKER_TLS_MATERIAL: {
    en: 'the certificate or its key in {folder} cannot be used ({why})',
    vi: 'không dùng được chứng chỉ hoặc khoá trong {folder} ({why})',
    hint: {
      en: 'Put a matching server.key and server.crt (PEM) there, or move both away to run without TLS.',
      vi: 'Hãy đặt cặp server.key và server.crt (PEM) khớp nhau vào đó, hoặc chuyển cả hai đi nơi khác để chạy không TLS.',
    },
    exit: 78,
  },
} as const satisfies ErrorCatalogue;

export const brokerFail = failWith(brokerErrors);
