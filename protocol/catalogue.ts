/**
 * Every number labwatch keeps as a time series: agent, stores, API, console and dashboards all read this one table.
 * A `range` metric is sent as min, mean and max over the window of a report, a `last` metric as its last value.
 * A metric that could not be read is absent: unknown is never 0.
 */
export interface Metric {
  readonly shape: 'range' | 'last';
  /** Unit as UCUM writes it: `%`, `Cel`, `By`, `By/s`, `s`, `ms`, `1`, `min`. */
  readonly unit: '%' | 'Cel' | 'By' | 'By/s' | 's' | '1' | 'ms' | 'Mbit/s';
  readonly minimum: number;
  readonly maximum: number;
  readonly name: { readonly en: string; readonly vi: string };
}

const TERA = 1e15;

export const METRICS = {
  cpu: { shape: 'range', unit: '%', minimum: 0, maximum: 100, name: { en: 'CPU load', vi: 'Tải CPU' } },
  memory: { shape: 'range', unit: '%', minimum: 0, maximum: 100, name: { en: 'Memory in use', vi: 'Bộ nhớ đang dùng' } },
  memory_total: {
    shape: 'last',
    unit: 'By',
    minimum: 0,
    maximum: TERA,
    name: { en: 'Memory seen by the system', vi: 'Bộ nhớ hệ thống thấy' },
  },
  swap: { shape: 'last', unit: '%', minimum: 0, maximum: 100, name: { en: 'Swap in use', vi: 'Bộ nhớ tráo đổi đang dùng' } },
  disk: { shape: 'last', unit: '%', minimum: 0, maximum: 100, name: { en: 'System disk in use', vi: 'Ổ hệ thống đang dùng' } },
  disk_free: { shape: 'last', unit: 'By', minimum: 0, maximum: TERA, name: { en: 'System disk free', vi: 'Ổ hệ thống còn trống' } },
  disk_read: { shape: 'range', unit: 'By/s', minimum: 0, maximum: TERA, name: { en: 'Disk reads', vi: 'Đọc ổ đĩa' } },
  disk_write: { shape: 'range', unit: 'By/s', minimum: 0, maximum: TERA, name: { en: 'Disk writes', vi: 'Ghi ổ đĩa' } },
  temperature: { shape: 'range', unit: 'Cel', minimum: -60, maximum: 200, name: { en: 'Hottest sensor', vi: 'Cảm biến nóng nhất' } },
  network_received: { shape: 'range', unit: 'By/s', minimum: 0, maximum: TERA, name: { en: 'Network received', vi: 'Mạng nhận' } },
  network_sent: { shape: 'range', unit: 'By/s', minimum: 0, maximum: TERA, name: { en: 'Network sent', vi: 'Mạng gửi' } },
  link_speed: { shape: 'last', unit: 'Mbit/s', minimum: 0, maximum: 1e6, name: { en: 'Link speed', vi: 'Tốc độ liên kết mạng' } },
  gateway_rtt: {
    shape: 'last',
    unit: 'ms',
    minimum: 0,
    maximum: 60_000,
    name: { en: 'Round trip to the gateway', vi: 'Độ trễ tới bộ định tuyến' },
  },
  broker_rtt: {
    shape: 'last',
    unit: 'ms',
    minimum: 0,
    maximum: 60_000,
    name: { en: 'Round trip to the broker', vi: 'Độ trễ tới máy chủ' },
  },
  dns_time: {
    shape: 'last',
    unit: 'ms',
    minimum: 0,
    maximum: 60_000,
    name: { en: 'Answer of a name server', vi: 'Thời gian phân giải tên miền' },
  },
  link_changes: {
    shape: 'last',
    unit: '1',
    minimum: 0,
    maximum: 1e9,
    name: { en: 'Times the network link came or went since boot', vi: 'Số lần mạng mất hoặc có lại kết nối từ khi bật máy' },
  },
  displays: {
    shape: 'last',
    unit: '1',
    minimum: 0,
    maximum: 64,
    name: { en: 'External displays connected', vi: 'Màn hình ngoài đang nối' },
  },
  agent_cpu: {
    shape: 'last',
    unit: 's',
    minimum: 0,
    maximum: 1e9,
    name: { en: 'CPU time of the agent since it started', vi: 'Thời gian CPU của tác nhân từ khi chạy' },
  },
  agent_memory: {
    shape: 'last',
    unit: 'By',
    minimum: 0,
    maximum: TERA,
    name: { en: 'Memory of the agent (RSS)', vi: 'Bộ nhớ của tác nhân (RSS)' },
  },
  agent_queue: { shape: 'last', unit: '1', minimum: 0, maximum: 1e9, name: { en: 'Reports waiting in the outbox', vi: 'Báo cáo chờ gửi' } },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];

/** The measurement that holds every metric of a report, and the tags it carries. Everything else is a field. */
export const REPORT_MEASUREMENT = 'report';
export const TAGS = ['device', 'class', 'province', 'unit', 'school', 'room'] as const;
export type TagName = (typeof TAGS)[number];

/** Fields of a metric in the measurement: `cpu_min`, `cpu_mean`, `cpu_max` for a range, `disk` for a last value. */
export function fieldsOf(metric: MetricName): string[] {
  return METRICS[metric].shape === 'range' ? ['min', 'mean', 'max'].map((part) => `${metric}_${part}`) : [metric];
}

/** Fields beside the metrics: minutes of the window by state, and the clock's error. All integers. */
export const USE_FIELDS = {
  on_minutes: { unit: 'min', name: { en: 'Minutes on', vi: 'Số phút bật' } },
  active_minutes: { unit: 'min', name: { en: 'Minutes active', vi: 'Số phút có người dùng' } },
  blind_minutes: { unit: 'min', name: { en: 'Minutes on, use unknown', vi: 'Số phút bật, không rõ có dùng' } },
  skew_seconds: { unit: 's', name: { en: 'Clock error', vi: 'Sai lệch đồng hồ' } },
} as const;
