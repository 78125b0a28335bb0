import { type ErrorCatalogue, failWith } from '../runtime/errors.ts';

/** Errors of the collector that a person can meet. */
export const collectorErrors = {
  COLLECTOR_SERIES_FILE: {
    en: 'the time-series file {path} cannot be used ({why})',
    vi: 'không dùng được tệp dữ liệu chuỗi thời gian {path} ({why})',
    hint: {
      en: 'Give this user the right to write it, or put the file aside: the collector makes a new one.',
      vi: 'Hãy cấp quyền ghi tệp cho người dùng này, hoặc để riêng tệp ra: bộ thu sẽ tạo tệp mới.',
    },
    exit: 73,
  },
  COLLECTOR_CA_FILE: {
    en: 'the file with the CA of the broker, {path}, cannot be read ({why})',
    vi: 'không đọc được tệp CA của broker {path} ({why})',
    hint: { en: 'Point --mqtt-ca to a PEM file this user may read.', vi: 'Hãy trỏ --mqtt-ca tới tệp PEM mà người dùng này đọc được.' },
    exit: 78,
  },
  COLLECTOR_ADDRESS: {
    en: 'the address in --{flag} cannot be used: {why}',
    vi: 'không dùng được địa chỉ trong --{flag}: {why}',
    hint: {
      en: 'Write it as protocol://host:port, and put user name and password into settings of their own.',
      vi: 'Hãy viết dạng giao-thức://máy:cổng, còn tên người dùng và mật khẩu đặt ở các thiết lập riêng.',
    },
    exit: 78,
  },
  COLLECTOR_INFLUX_LOGIN: {
    en: 'InfluxDB needs either a user with a password, or a token',
    vi: 'InfluxDB cần người dùng kèm mật khẩu, hoặc một mã token',
    hint: {
      en: 'Set LABWATCH_INFLUX_USER and LABWATCH_INFLUX_PASSWORD together, or LABWATCH_INFLUX_TOKEN alone.',
      vi: 'Hãy đặt cả LABWATCH_INFLUX_USER và LABWATCH_INFLUX_PASSWORD, hoặc chỉ đặt LABWATCH_INFLUX_TOKEN.',
    },
    exit: 78,
  },
} as const satisfies ErrorCatalogue;

export const collectorFail = failWith(collectorErrors);
